import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findPartFolder, type Environment } from './cache.ts';
import {
  actionlintPart,
  controlPlanePart,
  foreignCrdsPart,
  type GoProgramsPart,
  k6Part,
  knativeConfigurationPart,
  kubesealPart,
  kustomizeControllerPart,
  notificationControllerPart,
  promtoolPart,
  prometheusPart,
  rabbitmqPart,
  sopsPart,
} from './parts.ts';

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

/** Folder with one file for each foreign CustomResourceDefinition, where `make real-parts` made it. */
export function locateForeignCrds(environment: Environment = process.env): string | undefined {
  return findPartFolder(foreignCrdsPart, environment);
}

/** Folder with the ConfigMaps of Knative, one file each as `<namespace>.<name>.yaml`, where `make real-parts` made it. */
export function locateKnativeConfiguration(environment: Environment = process.env): string | undefined {
  return findPartFolder(knativeConfigurationPart, environment);
}

/** Path of kubeseal, where `make real-parts` made it. */
export function locateKubeseal(environment: Environment = process.env): string | undefined {
  return locateProgram(kubesealPart, environment);
}

/** Path of Flux's kustomize-controller, where `make real-parts` made it. */
export function locateKustomizeController(environment: Environment = process.env): string | undefined {
  return locateProgram(kustomizeControllerPart, environment);
}

/** Path of promtool, where `make real-parts` made it. */
export function locatePromtool(environment: Environment = process.env): string | undefined {
  return locateProgram(promtoolPart, environment);
}

/** Folder with the packages of RabbitMQ, where `make real-parts` unpacked them. */
export function locateRabbitmq(environment: Environment = process.env): string | undefined {
  return findPartFolder(rabbitmqPart, environment);
}

/** Path of Flux's notification-controller, where `make real-parts` made it. */
export function locateNotificationController(environment: Environment = process.env): string | undefined {
  return locateProgram(notificationControllerPart, environment);
}

/** Path of sops, where `make real-parts` made it; age-keygen lies beside it. */
export function locateSops(environment: Environment = process.env): string | undefined {
  return locateProgram(sopsPart, environment);
}

/** Path of actionlint, where `make real-parts` made it. */
export function locateActionlint(environment: Environment = process.env): string | undefined {
  return locateProgram(actionlintPart, environment);
}

/** Path of k6, where `make real-parts` made it. */
export function locateK6(environment: Environment = process.env): string | undefined {
  return locateProgram(k6Part, environment);
}

/** Path of Prometheus, where `make real-parts` made it. */
export function locatePrometheus(environment: Environment = process.env): string | undefined {
  return locateProgram(prometheusPart, environment);
}

/** The program that has the name of its part. */
function locateProgram(part: GoProgramsPart, environment: Environment): string | undefined {
  const folder = findPartFolder(part, environment);
  const path = folder === undefined ? undefined : join(folder, part.name);
  return path !== undefined && isProgram(path) ? path : undefined;
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
