import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '../stacks/index.ts';
import { generatedMark, type Tree } from './tree.ts';

/** What a folder shall hold. */
export interface OutputContent {
  readonly tree: Tree;
  /** Folders that the tree describes completely: other generated files in them are left-overs. */
  readonly folders: readonly string[];
  /** Whether the tree describes the whole output, so that other generated folders are left-overs too. */
  readonly isWhole: boolean;
}

/** What a write did, by path relative to the output folder. */
export interface WriteReport {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/**
 * Makes the folders of the output equal to the tree. Everything is first written beside its place, then renamed:
 * an error on the way leaves the old files whole. Files that were not generated are left alone.
 * @throws ConfigurationError when the folder cannot be written
 */
export function writeTree(output: string, content: OutputContent): WriteReport {
  try {
    return replaceFiles(output, content);
  } catch (error) {
    if (!isSystemError(error)) {
      throw error;
    }
    const { code, path } = error;
    throw new ConfigurationError([
      `${output}: got ${code}${path === undefined ? '' : ` at ${path}`}, allowed a folder that can be written; make it writable or free space and run it again`,
    ]);
  }
}

interface SystemError {
  readonly code: string;
  readonly path?: string;
}

/** Whether the operating system refused, as on a full disk, rather than a bug of ours. */
function isSystemError(error: unknown): error is Error & SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

function replaceFiles(output: string, { tree, folders, isWhole }: OutputContent): WriteReport {
  mkdirSync(output, { recursive: true });
  const changed = [...tree].filter(([path, text]) => readIfPresent(join(output, path)) !== text);
  removeAbandonedStaging(output);
  const staging = join(output, `${stagingPrefix}${process.pid}`);
  try {
    mkdirSync(staging);
    changed.forEach(([, text], index) => writeFileSync(join(staging, String(index)), text));
    const inside = new Set(changed.map(([path]) => dirname(path)));
    inside.forEach((folder) => mkdirSync(join(output, folder), { recursive: true }));
    changed.forEach(([path], index) => renameSync(join(staging, String(index)), join(output, path)));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const owned = isWhole ? [...folders, ...earlierFolders(output)] : folders;
  const found = new Set(owned.flatMap((folder) => generatedFiles(output, folder)));
  const removed = [...found].filter((path) => !tree.has(path));
  removed.forEach((path) => rmSync(join(output, path)));
  return { written: changed.map(([path]) => path), removed, unchanged: tree.size - changed.length };
}

const stagingPrefix = '.staging-';

/** What a synth left that was killed while it wrote. */
function removeAbandonedStaging(output: string): void {
  readdirSync(output)
    .filter((name) => name.startsWith(stagingPrefix) && !isRunning(Number(name.slice(stagingPrefix.length))))
    .forEach((name) => rmSync(join(output, name), { recursive: true, force: true }));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else
    return isSystemError(error) && error.code === 'EPERM';
  }
}

function readIfPresent(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Folders that an earlier synth made, also those of environments that are gone. */
function earlierFolders(output: string): readonly string[] {
  return readdirSync(output, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => readIfPresent(join(output, name, 'kustomization.yaml'))?.startsWith(generatedMark) === true);
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
