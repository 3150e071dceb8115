import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedMark, type Tree } from './tree.ts';

/** What a write did, by path relative to the output folder. */
export interface WriteReport {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/**
 * Makes the given folders of the output equal to the tree. Everything is first written beside its place, then renamed:
 * an error on the way leaves the old files whole. Files that were not generated are left alone.
 */
export function writeTree(output: string, folders: readonly string[], tree: Tree): WriteReport {
  mkdirSync(output, { recursive: true });
  const changed = [...tree].filter(([path, text]) => readIfPresent(join(output, path)) !== text);
  const staging = join(output, `.staging-${process.pid}`);
  try {
    for (const [path, text] of changed) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), text);
    }
    for (const [path] of changed) {
      mkdirSync(dirname(join(output, path)), { recursive: true });
      renameSync(join(staging, path), join(output, path));
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const removed = folders.flatMap((folder) => generatedFiles(output, folder)).filter((path) => !tree.has(path));
  removed.forEach((path) => rmSync(join(output, path)));
  return { written: changed.map(([path]) => path), removed, unchanged: tree.size - changed.length };
}

function readIfPresent(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function generatedFiles(output: string, folder: string): readonly string[] {
  const root = join(output, folder);
  if (!existsSync(root)) {
    return [];
  }
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => join(folder, path))
    .filter((path) => readFileSync(join(output, path), 'utf8').startsWith(generatedMark));
}
