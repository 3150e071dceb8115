import { join } from 'node:path';
import type { Making } from './build-programs.ts';
import { moduleFolder } from './cache.ts';
import type { PythonPackagesPart } from './part.ts';
import { runProgram } from './run-program.ts';

/** Makes an environment of Python's own kind in the part's folder; a package with another hash is refused. */
export async function installPackages(part: PythonPackagesPart, making: Making): Promise<void> {
  making.step('making a Python environment');
  await runProgram(making, 'python3', ['-m', 'venv', making.folder], making.folder);
  making.step('installing its packages');
  const requirements = join(moduleFolder(part.module), 'requirements.txt');
  const python = join(making.folder, 'bin', 'python');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir'];
  await runProgram(making, python, [...pip, '--require-hashes', '-r', requirements], making.folder);
}
