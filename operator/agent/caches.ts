import { labels } from '../api/index.ts';
import { type CacheSettings, type ReferenceCaches, referenceCaches } from '../function/caches.ts';
import { agentResource, functionResource, type StoredAgent, type StoredFunction } from '../function/known-functions.ts';
import type { Informer } from '../kube/informer.ts';
import type { Informers } from '../kube/informers.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { metadataOnly } from '../kube/resource-path.ts';
import { type Broker, brokerResource } from '../specs/broker.ts';
import { type KnativeService, knativeServiceResource } from '../specs/knative-service.ts';
import { manager } from '../specs/ownership.ts';
import { type Pod, podResource } from '../specs/pod.ts';
import { type RabbitmqBrokerConfig, rabbitmqBrokerConfigResource } from '../specs/rabbitmq-broker-config.ts';
import { type ReplicaSet, replicaSetResource } from '../specs/replica-set.ts';
import { type Revision, revisionResource } from '../specs/revision.ts';
import { type RoleBinding, roleBindingResource } from '../specs/role-binding.ts';
import { serviceAccountResource } from '../specs/service-account.ts';
import { selectionOf } from '../served-namespaces.ts';
import { type Trigger, triggerResource } from '../specs/trigger.ts';

/** What is known of the cluster. Kinds of Knative count as empty where they are not installed. */
export interface AgentCaches {
  readonly agents: Informer<StoredAgent>;
  readonly functions: Informer<StoredFunction>;
  readonly services: Informer<KnativeService>;
  readonly revisions: Informer<Revision>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
  readonly triggers: Informer<Trigger>;
  readonly brokers: Informer<Broker>;
  readonly brokerConfigs: Informer<RabbitmqBrokerConfig>;
  readonly serviceAccounts: Informer<KubernetesObject>;
  readonly roleBindings: Informer<RoleBinding>;
  /** Metadata of what agents name, where it may be watched. */
  readonly references: ReferenceCaches | undefined;
}

/** Index of what belongs to one agent, by the key of that agent. */
export const byAgent = 'agent';

/** The informers of the controller; those that functions need too are the same. */
export function agentCaches(informers: Informers, { referenceNamespaces, watch }: CacheSettings): AgentCaches {
  const everything = selectionOf(watch);
  const ours = { ...everything, labelSelector: `${labels.appManagedBy}=${manager}` };
  const caches: AgentCaches = {
    agents: informers.of(agentResource, everything),
    functions: informers.of(functionResource, everything),
    services: informers.of(knativeServiceResource, { ...everything, optional: true }),
    revisions: informers.of(revisionResource, { ...ours, optional: true }),
    replicaSets: informers.of(replicaSetResource, ours),
    pods: informers.of(podResource, ours),
    triggers: informers.of(triggerResource, { ...ours, optional: true }),
    brokers: informers.of(brokerResource, { ...everything, optional: true }),
    brokerConfigs: informers.of(rabbitmqBrokerConfigResource, { ...ours, optional: true }),
    serviceAccounts: informers.of(metadataOnly(serviceAccountResource), ours),
    roleBindings: informers.of(roleBindingResource, ours),
    references: referenceCaches(informers, referenceNamespaces),
  };
  addIndexes(caches);
  return caches;
}

/** The indexes by which passes read them. */
export function addIndexes({ pods, replicaSets, revisions, roleBindings, triggers }: AgentCaches): void {
  for (const informer of [revisions, replicaSets, pods, triggers, roleBindings]) informer.addIndex(byAgent, agentKeys);
}

/** Key of the agent that an object is labelled with. */
export function agentKeys({ metadata }: KubernetesObject): readonly string[] {
  const agent = metadata.labels?.[labels.agent];
  return agent === undefined ? [] : [`${metadata.namespace}/${agent}`];
}
