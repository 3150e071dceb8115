import { labels } from '../api/index.ts';
import type { Watch } from '../config.ts';
import type { Informer } from '../kube/informer.ts';
import type { Informers } from '../kube/informers.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { metadataOnly } from '../kube/resource-path.ts';
import type { InformerSelection } from '../kube/resource-informer.ts';
import { type Broker, brokerResource } from '../specs/broker.ts';
import { type Job, jobResource } from '../specs/job.ts';
import { type KnativeService, knativeServiceResource } from '../specs/knative-service.ts';
import { manager } from '../specs/ownership.ts';
import { type Pod, podResource } from '../specs/pod.ts';
import { type ReplicaSet, replicaSetResource } from '../specs/replica-set.ts';
import { type Revision, revisionResource } from '../specs/revision.ts';
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
}

/** Index of functions by their namespace. */
export const byNamespace = 'namespace';
/** Index of what belongs to one function, by the key of that function. */
export const byFunction = 'function';

/** The informers of the controller; what others make of functions carries their labels, so that no more is kept. */
export function functionCaches(informers: Informers, watch: Watch): FunctionCaches {
  const everything: InformerSelection = watch.kind === 'all' ? {} : { namespaces: watch.namespaces };
  const ours = { ...everything, labelSelector: `${labels.appManagedBy}=${manager}` };
  const caches: FunctionCaches = {
    functions: informers.of(functionResource, everything),
    agents: informers.of(metadataOnly(agentResource), everything),
    services: informers.of(knativeServiceResource, { ...everything, optional: true }),
    revisions: informers.of(revisionResource, { ...ours, optional: true }),
    replicaSets: informers.of(replicaSetResource, ours),
    jobs: informers.of(jobResource, ours),
    pods: informers.of(podResource, ours),
    triggers: informers.of(triggerResource, { ...ours, optional: true }),
    brokers: informers.of(brokerResource, { ...everything, optional: true }),
  };
  caches.functions.addIndex(byNamespace, ({ metadata }) => [metadata.namespace ?? '']);
  for (const informer of [caches.revisions, caches.replicaSets, caches.pods, caches.triggers]) {
    informer.addIndex(byFunction, functionKeys);
  }
  return caches;
}

/** Key of the function that an object is labelled with. */
export function functionKeys({ metadata }: KubernetesObject): readonly string[] {
  const owner = metadata.labels?.[labels.owner];
  return owner === undefined ? [] : [`${metadata.namespace}/${owner}`];
}
