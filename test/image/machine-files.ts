import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, linkSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A second name for a file that is not there yet; a copy on another disk. */
export function placeFile(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}

type Variables = Readonly<Record<string, string>>;

/** What a program prints. */
export function printed(program: string, args: readonly string[], variables: Variables = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** Programs of this machine in a folder of the root, with their libraries. */
export function placePrograms(root: string, programs: readonly string[], folder: string): void {
  for (const program of programs) placeFile(realpathSync(program), join(root, folder, basename(program)));
  placeLibraries(root, programs);
}

/** Parts of the library of C that are there wherever it is, as packages expect. */
const parts = ['librt.so.1', 'libdl.so.2', 'libpthread.so.0', 'libm.so.6', 'libutil.so.1'];

/** The libraries of programs, or of other libraries, where their loader looks for them. */
export function placeLibraries(root: string, files: readonly string[]): void {
  // it fails on a program that has none
  const { stdout } = spawnSync('ldd', [...files], { encoding: 'utf8' });
  const paths = [...stdout.matchAll(/(?:=> |^\t)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
  const inC = paths
    .filter((path) => basename(path) === 'libc.so.6')
    .flatMap((path) => parts.map((part) => join(dirname(path), part)));
  for (const path of new Set([...paths, ...inC])) placeFile(realpathSync(path), join(root, path));
}
