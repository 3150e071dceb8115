import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, LocalPaths, LocalRuntime } from '../operator/runtimes/index.ts';

export interface PreparedFunction {
  /** How its wrapper is started. */
  readonly command: Command;
  remove(this: void): void;
}

/** A command that did not end with 0, with what it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Installs what the language needs, once for each content of its folder, and builds the function. */
export function prepareFunction(
  runtime: LocalRuntime,
  { source, handler }: Pick<LocalPaths, 'source' | 'handler'>,
): PreparedFunction {
  const work = mkdtempSync(join(tmpdir(), 'knative-lambda-function-'));
  const paths: LocalPaths = { source, handler, work, cache: cacheFolder(runtime) };
  const remove = (): void => rmSync(work, { recursive: true, force: true });
  try {
    installOnce(runtime, paths);
    runtime.build(paths).forEach(run);
  } catch (error) {
    remove();
    throw error;
  }
  return { command: runtime.start(paths), remove };
}

/** Folder that outlives checkouts; nothing in it is needed that cannot be made again. */
function cacheRoot(): string {
  const { KNATIVE_LAMBDA_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  return own || join(caches || join(homedir(), '.cache'), 'knative-lambda');
}

function cacheFolder({ installs, interpreter }: LocalRuntime): string {
  const hash = createHash('sha256').update(versionOf(interpreter));
  for (const path of filesOf(installs)) hash.update(path.slice(installs.length)).update(readFileSync(path));
  return join(cacheRoot(), 'runtimes', hash.digest('hex').slice(0, 20));
}

/** What was installed for one version of an interpreter does not work with another. */
const versionOf = ({ program, version }: LocalRuntime['interpreter']): string =>
  spawnSync(program, [version], { encoding: 'utf8' }).stdout ?? '';

function filesOf(path: string): readonly string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A folder without its mark is what an interrupted run left behind, or what another one is still making. */
function installOnce(runtime: LocalRuntime, paths: LocalPaths): void {
  const mark = join(paths.cache, '.installed');
  if (existsSync(mark)) return;
  rmSync(paths.cache, { recursive: true, force: true });
  mkdirSync(paths.cache, { recursive: true });
  runtime.install(paths).forEach(run);
  writeFileSync(`${mark}-${process.pid}`, '');
  renameSync(`${mark}-${process.pid}`, mark);
}

function run({ program, arguments: args, variables, folder }: Command): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, ...variables },
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new CommandError(`${program} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  }
}
