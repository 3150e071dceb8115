import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { projectRoot } from '../../stacks/index.ts';
import { locatePulumi } from '../../tools/real-parts/locate.ts';
import { writePrograms } from './programs.ts';

export interface EngineRun {
  readonly exitCode: number | null;
  readonly output: string;
}

export interface RunningEngine {
  readonly result: Promise<EngineRun>;
  /** What it has printed so far. */
  output(this: void): string;
  /** Ends the CLI at once, with no chance to write anything. */
  kill(this: void): void;
}

export interface Engine {
  /** Copy of the project that the CLI runs in: it writes what it makes up into the stack's file. */
  readonly project: string;
  /** Variables of the CLI, with the programs that it starts on the path. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Runs the Pulumi CLI in the copy, on a stack in a state folder of the engine's own. */
  run(this: void, ...words: readonly string[]): Promise<EngineRun>;
  start(this: void, ...words: readonly string[]): RunningEngine;
  /** Texts of the state files. */
  state(this: void): string;
  dispose(this: void): void;
}

const copied = [
  'Pulumi.yaml',
  'Pulumi.pro.yaml',
  'Pulumi.studio.yaml',
  'package.json',
  'tsconfig.json',
  'charts',
  'infra',
  'operator',
  'stacks',
  'tools',
];

function copyProject(folder: string): void {
  mkdirSync(folder);
  for (const path of copied) cpSync(join(projectRoot, path), join(folder, path), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
}

/** A Pulumi CLI with a state of its own; `environment` is added to its variables, `path` to where it finds programs. */
export function startEngine(environment: Readonly<Record<string, string>>, path: readonly string[] = []): Engine {
  const pulumi = locatePulumi();
  if (pulumi === undefined) throw new Error('no Pulumi CLI found, make it with: make real-parts PART=pulumi');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'knative-lambda-engine-')));
  const project = join(folder, 'project');
  copyProject(project);
  const state = join(folder, 'state');
  const programs = join(folder, 'bin');
  mkdirSync(state);
  writePrograms(programs);
  const env = {
    ...process.env,
    PATH: [programs, dirname(pulumi), ...path, process.env['PATH']].join(delimiter),
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: 'only for this test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DISABLE_REGISTRY_RESOLVE: 'true',
    NODE_OPTIONS: '',
    ...environment,
  };
  const start = (...words: readonly string[]): RunningEngine => {
    const child = spawn(pulumi, [...words, '--non-interactive', '--color=never'], { cwd: project, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const result = new Promise<EngineRun>((resolve, reject) => {
      child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, output }));
    });
    return { result, output: () => output, kill: () => child.kill('SIGKILL') };
  };
  return {
    project,
    variables: env,
    start,
    run: (...words) => start(...words).result,
    state: () =>
      readdirSync(state, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
        .join('\n'),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
