import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms, type Making } from './build-programs.ts';
import {
  findPartFolder,
  folderName,
  isMadeByGo,
  moduleFolder,
  modulesOf,
  partsFolder,
  type Environment,
} from './cache.ts';
import { copyModuleFiles } from './copy-module-files.ts';
import { installedGoVersion, neededGoVersion, requireGo } from './go.ts';
import { installNpmPackages } from './install-npm-packages.ts';
import { installPackages } from './install-packages.ts';
import { withLock } from './lock.ts';
import { PartError } from './part-error.ts';
import type { Part } from './part.ts';
import { unpackPackages } from './unpack-packages.ts';
import { startProgress, type Progress, type ProgressOutput } from './progress.ts';

export interface ProvidedPart {
  readonly name: string;
  readonly folder: string;
  readonly seconds: number;
  readonly bytes: number;
}

export interface Provision {
  readonly environment: Environment;
  readonly output: ProgressOutput;
  readonly signal: AbortSignal;
}

const temporaryPrefix = '.making-';

/** Finds a part in the cache or makes it. A half-made part is never seen: it is moved into place when it is whole. */
export async function providePart(part: Part, provision: Provision): Promise<ProvidedPart> {
  const startedAt = performance.now();
  const installed = await installedGoVersion();
  const present = presentFolder(part, provision.environment, installed);
  const folder = present ?? (await makeUnderLock(part, provision, installed));
  const seconds = (performance.now() - startedAt) / 1000;
  return { name: part.name, folder, seconds, bytes: sizeOf(folder) };
}

/** Without Go nothing newer can be made, so what another Go version made is good enough. */
function presentFolder(part: Part, environment: Environment, goVersion: string | undefined): string | undefined {
  if (goVersion === undefined) return findPartFolder(part, environment);
  const folder = join(partsFolder(part, environment), folderName(part, goVersion));
  return existsSync(folder) ? folder : undefined;
}

async function makeUnderLock(part: Part, provision: Provision, installed: string | undefined): Promise<string> {
  const goVersion = isMadeByGo(part) ? requireGo(installed, neededGoVersion(modulesOf(part).map(moduleFolder))) : '';
  const parent = partsFolder(part, provision.environment);
  const target = join(parent, folderName(part, goVersion));
  const progress = startProgress(part.name, provision.output);
  try {
    mkdirSync(parent, { recursive: true });
    const lock = join(parent, '.lock');
    const { signal } = provision;
    const work = async (): Promise<void> => {
      if (!existsSync(target)) await makeInto(part, target, { signal, step: progress.step });
    };
    const onWait = (pid: number): void => progress.step(`waiting for process ${pid}, which holds ${lock}`);
    await withLock(lock, work, { signal, onWait });
    progress.end('ready');
    return target;
  } catch (error) {
    progress.end('failed');
    throw explainDisk(part, parent, error);
  }
}

async function makeInto(part: Part, target: string, making: Pick<Making, 'signal'> & Pick<Progress, 'step'>) {
  const parent = join(target, '..');
  for (const name of readdirSync(parent)) {
    if (name.startsWith(temporaryPrefix)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(parent, temporaryPrefix));
  try {
    await make(part, { ...making, folder });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function make(part: Part, making: Making): Promise<void> {
  switch (part.kind) {
    case 'go-programs':
      return buildPrograms(part, making);
    case 'go-module-files':
      return copyModuleFiles(part, making);
    case 'debian-packages':
      return unpackPackages(part, making);
    case 'python-packages':
      return installPackages(part, making);
    case 'npm-packages':
      return installNpmPackages(part, making);
  }
}

function explainDisk(part: Part, folder: string, error: unknown): unknown {
  const full = error instanceof Error && /ENOSPC|EDQUOT|disk is full/.test(error.message);
  if (!full) return error;
  return new PartError(
    `no space left while making ${part.name} in ${folder}: it takes about ${part.diskGiB} GiB, Go's caches included; free some, or set KNATIVE_LAMBDA_CACHE and GOCACHE to a larger disk\n${error.message}`,
  );
}

function sizeOf(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.reduce((bytes, name) => bytes + lstatSync(join(folder, name)).size, 0);
}
