import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
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
}
