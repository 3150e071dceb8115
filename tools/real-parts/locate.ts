import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findPartFolder, type Environment } from './cache.ts';
import { PartError } from './part-error.ts';
import type { GoProgramsPart, Part } from './part.ts';
import { controlPlanePart, motoPart, pulumiPart } from './parts.ts';

export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubectl: string;
}

/** Paths of the programs: those in KUBEBUILDER_ASSETS first, else what `make real-parts` made. Only looks, changes nothing. */
export function locateControlPlane(environment: Environment = process.env): ControlPlanePrograms | undefined {
  return locateInstalledControlPlane(environment) ?? programsIn(cachedFolders(environment));
}

/** Programs that KUBEBUILDER_ASSETS names; what those archives leave out may come from the cache or from PATH. */
export function locateInstalledControlPlane(environment: Environment): ControlPlanePrograms | undefined {
  const assets = environment['KUBEBUILDER_ASSETS'];
  if (!assets || !isProgram(join(assets, 'etcd')) || !isProgram(join(assets, 'kube-apiserver'))) return undefined;
  const path = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return programsIn([assets, ...cachedFolders(environment), ...path]);
}

/** Folder of a part, where `make real-parts` made it. */
export function locateFolder(part: Part, environment: Environment = process.env): string | undefined {
  return findPartFolder(part, environment);
}

/** Path of the program that has the name of its part, where `make real-parts` made it. */
export function locateProgram(part: GoProgramsPart, environment: Environment = process.env): string | undefined {
  const folder = findPartFolder(part, environment);
  const path = folder === undefined ? undefined : join(folder, part.name);
  return path !== undefined && isProgram(path) ? path : undefined;
}

/** Path of the Pulumi CLI: an installed one, else the one that `make real-parts` made. */
export function locatePulumi(environment: Environment = process.env): string | undefined {
  return installedProgram('pulumi', environment) ?? locateProgram(pulumiPart, environment);
}

/** Path of the interpreter that has moto and cfn-lint. Fails where `make real-parts` did not make them. */
export function locatePython(environment: Environment = process.env): string {
  const folder = findPartFolder(motoPart, environment);
  if (folder === undefined) throw new PartError('no moto found, make it with: make real-parts PART=moto');
  return join(folder, 'bin', 'python');
}

/** Path of the first program of the name on the PATH of `environment`. */
export function installedProgram(name: string, { PATH: path = '' }: Environment): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** Whether the tests can use the part, wherever it comes from. */
export function isThere(part: Part, environment: Environment = process.env): boolean {
  switch (part.name) {
    case controlPlanePart.name:
      return locateControlPlane(environment) !== undefined;
    case pulumiPart.name:
      return locatePulumi(environment) !== undefined;
    default:
      return findPartFolder(part, environment) !== undefined;
  }
}

function cachedFolders(environment: Environment): readonly string[] {
  const folder = findPartFolder(controlPlanePart, environment);
  return folder === undefined ? [] : [folder];
}

function programsIn(folders: readonly string[]): ControlPlanePrograms | undefined {
  const find = (name: string): string | undefined => folders.map((folder) => join(folder, name)).find(isProgram);
  const [etcd, kubeApiserver] = [find('etcd'), find('kube-apiserver')];
  const [kubeControllerManager, kubectl] = [find('kube-controller-manager'), find('kubectl')];
  if (!etcd || !kubeApiserver || !kubeControllerManager || !kubectl) return undefined;
  return { etcd, kubeApiserver, kubeControllerManager, kubectl };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
