import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const copied = ['cdk8s.yaml', 'package.json', 'charts', 'manifests', 'operator', 'stacks', 'tools'];

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

/** A copy of what a synth reads and writes, in a folder of its own, so that a suite may break it. */
export interface Project {
  readonly folder: string;
  readonly manifests: string;
  bundle(this: void): void;
  /** Bundles the sources and synthesizes, as `make synth` does. */
  synth(this: void, variables?: Variables): Run;
  /** Runs the cdk8s CLI. */
  cdk8s(this: void, options: readonly string[], variables?: Variables): Run;
  run(this: void, command: string, options: readonly string[], variables?: Variables): Run;
  /** Replaces the values of dev by an expression over `dev` and `staging`. */
  changeDev(this: void, expression: string): void;
  remove(this: void): void;
}

/** cloud.json is the Pulumi program's, and a synth leaves it alone. */
const isForSynth = (path: string): boolean => !path.endsWith('cloud.json');

export function copyProject(): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'knative-lambda-golden-')));
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true, filter: isForSynth });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

  const run: Project['run'] = (command, options, variables = {}) => {
    const { ENV: _env, OUT: _out, CDK8S_OUTDIR: _outdir, ...inherited } = process.env;
    const { status, stdout, stderr, error } = spawnSync(command, options, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...inherited, CDK8S_CHECK_UPGRADE: 'false', ...variables },
      maxBuffer: 2 ** 28,
    });
    if (error) throw error;
    return { code: status, stdout, stderr };
  };
  const node = (options: readonly string[], variables?: Variables): Run => run(process.execPath, options, variables);

  const bundle = (): void => {
    const { code, stderr } = node(['tools/bundle.mjs']);
    if (code !== 0) throw new Error(stderr);
  };

  return {
    folder,
    manifests: join(folder, 'manifests'),
    run,
    bundle,
    synth: (variables) => {
      bundle();
      return node(['dist/synth.cjs'], variables);
    },
    cdk8s: (options, variables) => node(['node_modules/cdk8s-cli/bin/cdk8s', ...options], variables),
    changeDev: (expression) => {
      const dev = join(folder, 'stacks', 'dev.ts');
      const original = join(folder, 'stacks', 'dev-original.ts');
      if (!existsSync(original)) renameSync(dev, original);
      const imports = "import { dev } from './dev-original.ts';\nimport { staging } from './staging.ts';\n";
      writeFileSync(dev, `${imports}const value = ${expression};\nexport { value as dev };\n`);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
