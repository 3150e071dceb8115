import { type ApiError, isAlreadyExists } from '../kube/api-error.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { buildJobName } from '../specs/build-job.ts';
import { type Job, jobResource } from '../specs/job.ts';
import { manager, sharedReference } from '../specs/ownership.ts';
import { containerStatuses, type Pod } from '../specs/pod.ts';
import type { WantedBuild } from './build.ts';
import { buildJobObject, sourceObject } from './build-objects.ts';
import { isRefusal } from './deploy.ts';
import type { FunctionPass } from './pass.ts';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMapResource: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

/**
 * Creates the Job of a build. Undefined when there is one of its name that the cache does not show yet, or that goes; what
 * the API server says when it refuses the Job.
 */
export async function startBuild(
  pass: FunctionPass,
  wanted: WantedBuild,
  attempt: number,
): Promise<Job | ApiError | undefined> {
  const { caches, client, context, function: fn, settings, slots } = pass;
  const ask = { version: wanted.version, key: wanted.key, attempt, owners: [sharedReference(fn)] };
  const object = buildJobObject(fn, ask, settings);
  if (object === undefined) throw new Error(`a source of type ${fn.spec.source.type} is not built`);
  const key = `${fn.metadata.namespace}/${buildJobName(wanted.contentKey, attempt)}`;
  const options = { fieldManager: manager, signal: context.signal };
  try {
    const job = await context.creating(`${caches.jobs.name} ${key}`, () => client.create(jobResource, object, options));
    await ensureFiles(pass, job, []);
    return job;
  } catch (error) {
    slots.failed(key);
    if (isAlreadyExists(error)) return undefined;
    if (isRefusal(error)) return error;
    throw error;
  }
}

/** Gives the Job of an inline source its code, which it owns; its pod waits for that before it starts. */
export async function ensureFiles(
  { client, context, function: fn }: FunctionPass,
  job: Job,
  pods: readonly Pod[],
): Promise<void> {
  const object = sourceObject(fn, job);
  if (object === undefined || pods.some(hasStarted)) return;
  await client.apply(configMapResource, object, { fieldManager: manager, force: true, signal: context.signal });
}

const hasStarted = (pod: Pod): boolean =>
  containerStatuses(pod).some(({ state }) => state?.running !== undefined || state?.terminated !== undefined);
