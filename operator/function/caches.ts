import { labels } from '../api/index.ts';
import type { Watch } from '../config.ts';
import { selectionOf } from '../served-namespaces.ts';
import type { Informer } from '../kube/informer.ts';
import type { Informers } from '../kube/informers.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { metadataOnly } from '../kube/resource-path.ts';
import { type Broker, brokerResource } from '../specs/broker.ts';
import { type Job, jobResource } from '../specs/job.ts';
import { type KnativeService, knativeServiceResource } from '../specs/knative-service.ts';
import { manager } from '../specs/ownership.ts';
import { type Pod, podResource } from '../specs/pod.ts';
import type { ReferencedObjects } from '../specs/reference.ts';
import { type ReplicaSet, replicaSetResource } from '../specs/replica-set.ts';
import { type Revision, revisionResource } from '../specs/revision.ts';
import { serviceAccountResource } from '../specs/service-account.ts';
import { type Trigger, triggerResource } from '../specs/trigger.ts';
import { agentResource, functionResource, type StoredFunction } from './known-functions.ts';

/** What is known of the cluster. Kinds of Knative count as empty where they are not installed. */
export interface FunctionCaches {
  readonly functions: Informer<StoredFunction>;
  readonly agents: Informer<KubernetesObject>;
  readonly services: Informer<KnativeService>;
  readonly revisions: Informer<Revision>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly triggers: Informer<Trigger>;
  readonly brokers: Informer<Broker>;
  /** Those that were made for functions; undefined where only the charts make any. */
  readonly serviceAccounts: Informer<KubernetesObject> | undefined;
  /** Metadata of what functions name, where it may be watched. */
  readonly references: ReferenceCaches | undefined;
}

export interface ReferenceCaches {
  readonly namespaces: readonly string[];
  readonly secrets: Informer<KubernetesObject>;
  readonly configMaps: Informer<KubernetesObject>;
}

export interface CacheSettings {
  readonly watch: Watch;
  /** Namespaces in which the versions of Secrets and ConfigMaps are watched. */
  readonly referenceNamespaces: readonly string[];
}

/** Index of functions by their namespace. */
export const byNamespace = 'namespace';
/** Index of what belongs to one function, by the key of that function. */
export const byFunction = 'function';
/** Index of pods by the key of their Job. */
export const byJob = 'job';
/** Index of Jobs by the uid of the functions that wait for them. */
export const byOwner = 'owner';
/** Index of Jobs by namespace and content key. */
export const byContentKey = 'contentKey';

/** The informers of the controller; what others make of functions carries their labels, so that no more is kept. */
export function functionCaches(informers: Informers, { referenceNamespaces, watch }: CacheSettings): FunctionCaches {
  const everything = selectionOf(watch);
  const ours = { ...everything, labelSelector: `${labels.appManagedBy}=${manager}` };
  const caches: FunctionCaches = {
    functions: informers.of(functionResource, everything),
    agents: informers.of(agentResource, everything),
    services: informers.of(knativeServiceResource, { ...everything, optional: true }),
    revisions: informers.of(revisionResource, { ...ours, optional: true }),
    replicaSets: informers.of(replicaSetResource, ours),
    jobs: informers.of(jobResource, ours),
    pods: informers.of(podResource, ours),
    triggers: informers.of(triggerResource, { ...ours, optional: true }),
    brokers: informers.of(brokerResource, { ...everything, optional: true }),
    serviceAccounts: watch.kind === 'all' ? informers.of(metadataOnly(serviceAccountResource), ours) : undefined,
    references: referenceCaches(informers, referenceNamespaces),
  };
  addIndexes(caches);
  return caches;
}

/** The indexes by which passes read them. */
export function addIndexes(caches: FunctionCaches): void {
  caches.functions.addIndex(byNamespace, ({ metadata }) => [metadata.namespace ?? '']);
  for (const informer of [caches.revisions, caches.replicaSets, caches.pods, caches.triggers, caches.jobs]) {
    informer.addIndex(byFunction, functionKeys);
  }
  caches.pods.addIndex(byJob, jobKeys);
  caches.jobs.addIndex(byOwner, ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid));
  caches.jobs.addIndex(byContentKey, contentKeys);
}

/** Metadata of Secrets and ConfigMaps; undefined where no namespace allows to watch it. */
export function referenceCaches(informers: Informers, namespaces: readonly string[]): ReferenceCaches | undefined {
  if (namespaces.length === 0) return undefined;
  const core = { group: '', version: 'v1', namespaced: true } as const;
  const secrets = metadataOnly({ ...core, kind: 'Secret', plural: 'secrets' });
  const configMaps = metadataOnly({ ...core, kind: 'ConfigMap', plural: 'configmaps' });
  const selection = { namespaces, optional: true };
  return { namespaces, secrets: informers.of(secrets, selection), configMaps: informers.of(configMaps, selection) };
}

/** What is known of the Secrets and ConfigMaps of a namespace. */
export function referencedObjects(namespace: string, caches: ReferenceCaches | undefined): ReferencedObjects {
  if (caches === undefined || !caches.namespaces.includes(namespace)) return { kind: 'unwatched' };
  const { configMaps, secrets } = caches;
  if (configMaps.unavailable !== undefined || secrets.unavailable !== undefined) return { kind: 'unwatched' };
  return {
    kind: 'watched',
    find: ({ kind, name }) => (kind === 'Secret' ? secrets : configMaps).cache.get(`${namespace}/${name}`),
  };
}

/** Key of the Job that a pod belongs to. */
export function jobKeys({ metadata }: KubernetesObject): readonly string[] {
  const job = metadata.labels?.['batch.kubernetes.io/job-name'];
  return job === undefined ? [] : [`${metadata.namespace}/${job}`];
}

function contentKeys({ metadata }: KubernetesObject): readonly string[] {
  const key = metadata.labels?.[labels.contentKey];
  return key === undefined ? [] : [`${metadata.namespace}/${key}`];
}

/** Key of the function that an object is labelled with. */
export function functionKeys({ metadata }: KubernetesObject): readonly string[] {
  const owner = metadata.labels?.[labels.owner];
  return owner === undefined ? [] : [`${metadata.namespace}/${owner}`];
}
