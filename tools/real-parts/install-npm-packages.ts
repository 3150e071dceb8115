import { copyFileSync, createReadStream, createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import type { Making } from './build-programs.ts';
import { moduleFolder } from './cache.ts';
import type { NpmPackagesPart } from './part.ts';
import { runProgram } from './run-program.ts';

/** Installs packages into the part's folder; one with another hash is refused, and none runs a script. */
export async function installNpmPackages(part: NpmPackagesPart, making: Making): Promise<void> {
  making.step('installing packages of npm');
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(moduleFolder(part.module), file), join(making.folder, file));
  }
  await runProgram(making, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], making.folder);
  for (const file of part.compressed ?? [])
    await unpack(making, join(making.folder, file.path), join(making.folder, file.to));
}

/** Puts what brotli made smaller where it is wanted, in place of the smaller one. */
async function unpack(making: Making, path: string, to: string): Promise<void> {
  making.step(`unpacking ${basename(path)}`);
  const isFolder = path.endsWith('.tar.br');
  const unpacked = isFolder ? path.slice(0, -'.br'.length) : to;
  await pipeline(createReadStream(path), createBrotliDecompress(), createWriteStream(unpacked, { mode: 0o755 }), {
    signal: making.signal,
  });
  rmSync(path);
  if (!isFolder) return;
  mkdirSync(to, { recursive: true });
  await runProgram(making, 'tar', ['--extract', '--file', unpacked, '--directory', to], making.folder);
  rmSync(unpacked);
}
