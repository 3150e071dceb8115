import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { goBuildFlags } from './go.ts';
import type { Part } from './part.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const modulesFolder = join(import.meta.dirname, 'modules');
const moduleFileNames = ['go.mod', 'go.sum', 'tools.go', 'requirements.txt', 'package-lock.json'] as const;

export const moduleFolder = (module: string): string => join(modulesFolder, module);

/** Folder that outlives checkouts; nothing in it is needed that cannot be made again. */
export function cacheRoot(environment: Environment, home = homedir()): string {
  if (environment['KNATIVE_LAMBDA_CACHE']) return environment['KNATIVE_LAMBDA_CACHE'];
  return join(environment['XDG_CACHE_HOME'] || join(home, '.cache'), 'knative-lambda');
}

export function modulesOf(part: Part): readonly string[] {
  if (part.kind === 'go-module-files') return [part.module];
  if (part.kind === 'python-packages' || part.kind === 'npm-packages') return [part.module];
  if (part.kind === 'debian-packages') return [];
  return [...new Set(part.programs.map((program) => program.module))];
}

/** Hash of all that decides what a part holds, but for the Go version and the platform: those are in the folder's name. */
export function contentKey(part: Part, moduleFiles = readModuleFiles(part)): string {
  // who needs it and why does not change what is made
  const { tiers: _tiers, purpose: _purpose, diskGiB: _diskGiB, ...made } = part;
  const content = JSON.stringify([made, goBuildFlags, [...moduleFiles]]);
  return createHash('sha256').update(content).digest('hex').slice(0, 20);
}

export const partsFolder = (part: Part, environment: Environment): string =>
  join(cacheRoot(environment), 'parts', part.name);

/** Whether making the part takes a Go toolchain. */
export const isMadeByGo = ({ kind }: Part): boolean => kind === 'go-programs' || kind === 'go-module-files';

/** Name of the folder that a part made by this Go version gets. */
export function folderName(part: Part, goVersion: string): string {
  if (part.kind === 'go-module-files') return contentKey(part);
  if (!isMadeByGo(part)) return `${contentKey(part)}${platformSuffix()}`;
  return `${contentKey(part)}-${goVersion}${platformSuffix()}`;
}

/** Newest folder that holds the part as it is pinned now, made by whatever Go version. */
export function findPartFolder(part: Part, environment: Environment): string | undefined {
  const parent = partsFolder(part, environment);
  if (!existsSync(parent)) return undefined;
  const key = contentKey(part);
  const suffix = part.kind === 'go-module-files' ? '' : platformSuffix();
  return readdirSync(parent)
    .filter((name) => name.startsWith(key) && name.endsWith(suffix))
    .map((name) => join(parent, name))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    .at(0);
}

const platformSuffix = (): string => `-${process.platform}-${process.arch}`;

function readModuleFiles(part: Part): ReadonlyMap<string, string> {
  const paths = modulesOf(part).flatMap((module) => moduleFileNames.map((name) => join(module, name)));
  const present = paths.filter((path) => existsSync(join(modulesFolder, path)));
  return new Map(present.map((path) => [path, readFileSync(join(modulesFolder, path), 'utf8')]));
}
