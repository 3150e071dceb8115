import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Making } from './build-programs.ts';
import { PartError } from './part-error.ts';
import type { DebianPackagesPart } from './part.ts';
import { runProgram } from './run-program.ts';

/** Unpacks packages of the distribution into the part's folder: nothing is installed, and no rights are needed. */
export async function unpackPackages(part: DebianPackagesPart, making: Making): Promise<void> {
  const work = join(making.folder, '.apt');
  const [lists, cache] = [join(work, 'lists'), join(work, 'cache')];
  for (const folder of [lists, cache]) mkdirSync(join(folder, 'partial'), { recursive: true });
  // lists of its own: a small image has none, and those of the machine belong to root
  const options = [`Dir::State::Lists=${lists}`, `Dir::Cache=${cache}`, 'Debug::NoLocking=true', 'APT::Sandbox::User='];
  const apt = (...words: readonly string[]): Promise<void> =>
    runProgram(making, 'apt-get', ['-qq', ...options.flatMap((option) => ['-o', option]), ...words], work);
  making.step('reading the package lists of the distribution');
  await apt('update');
  making.step(`fetching ${part.packages.length} packages`);
  await apt('download', ...part.packages);
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    making.step(`unpacking ${file.split('_')[0]}`);
    await runProgram(making, 'dpkg-deb', ['--extract', join(work, file), making.folder], work);
  }
  rmSync(work, { recursive: true });
  for (const script of part.scripts) makeMovable(join(making.folder, script.path), script.root);
}

/** A script that knows the folder it was packaged for finds its folder itself. */
function makeMovable(path: string, root: string): void {
  const text = readFileSync(path, 'utf8');
  const line = `ROOTDIR=${root}`;
  if (!text.includes(line))
    throw new PartError(`${path}: got no line ${line}; look at how the package finds itself now`);
  writeFileSync(path, text.replaceAll(line, 'ROOTDIR=$(cd "$(dirname "$0")/.." && pwd)'));
}
