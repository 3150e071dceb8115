import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { PreviewFailure, type Side } from './failure.ts';
import type { Rendering } from './rendering.ts';
import { run } from './run.ts';

function readTexts(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1).replaceAll(sep, '/'), readFileSync(path, 'utf8')]),
  );
}

const printSettings =
  "import('./stacks/index.ts').then((stacks) => process.stdout.write(JSON.stringify(stacks.readEnvironments())))";

const settingsSchema = z.array(z.unknown());

async function readSettings(folder: string): Promise<readonly unknown[]> {
  const { code, output } = await run({ words: [process.execPath, '--import', 'tsx', '--eval', printSettings], folder });
  // an old program may have no such door; figures that need settings are then left out
  return code === 0 ? settingsSchema.parse(JSON.parse(output)) : [];
}

/**
 * What the program in a checkout renders: `make synth` as that checkout has it, into a folder of its own.
 * @throws PreviewFailure with what the program printed
 */
export async function renderCheckout(side: Side, folder: string): Promise<Rendering> {
  const output = mkdtempSync(join(tmpdir(), 'knative-lambda-preview-'));
  try {
    // the mark of an installation is older than a new worktree and still good
    const words = ['make', '--silent', '-o', 'node_modules/.installed', 'synth', `OUT=${output}`];
    const [synth, settings] = await Promise.all([run({ words, folder }), readSettings(folder)]);
    if (synth.code !== 0) {
      throw new PreviewFailure(side, 'make synth failed', `${synth.output}${synth.errors}`.trim());
    }
    return { tree: readTexts(output), settings };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function readLock(folder: string): string {
  const path = join(folder, 'package-lock.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Gives a worktree its packages: those of this checkout where the lock file is the same, an installation otherwise. */
export async function providePackages(side: Side, root: string, folder: string): Promise<void> {
  if (readLock(root) === readLock(folder)) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    return;
  }
  const { code, errors } = await run({
    words: ['npm', 'ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    folder,
  });
  if (code !== 0) throw new PreviewFailure(side, 'npm ci failed', errors.trim());
}
