import { kindOf, type MemoryCluster } from '../function/memory-cluster.ts';
import { agentResource, functionResource } from '../function/known-functions.ts';
import { brokerResource } from '../specs/broker.ts';
import { knativeServiceResource } from '../specs/knative-service.ts';
import { podResource } from '../specs/pod.ts';
import { rabbitmqBrokerConfigResource } from '../specs/rabbitmq-broker-config.ts';
import { replicaSetResource } from '../specs/replica-set.ts';
import { revisionResource } from '../specs/revision.ts';
import { roleBindingResource } from '../specs/role-binding.ts';
import { serviceAccountResource } from '../specs/service-account.ts';
import { triggerResource } from '../specs/trigger.ts';
import { addIndexes, type AgentCaches } from './caches.ts';

/** For tests: empty caches that know everything there is in a cluster, those of a program that starts. */
export function memoryCaches(cluster: MemoryCluster): AgentCaches {
  const kinds = {
    agents: kindOf(agentResource),
    functions: kindOf(functionResource),
    services: kindOf(knativeServiceResource),
    revisions: kindOf(revisionResource),
    replicaSets: kindOf(replicaSetResource),
    pods: kindOf(podResource),
    triggers: kindOf(triggerResource),
    brokers: kindOf(brokerResource),
    brokerConfigs: kindOf(rabbitmqBrokerConfigResource),
    serviceAccounts: kindOf(serviceAccountResource),
    roleBindings: kindOf(roleBindingResource),
  };
  const caches: AgentCaches = {
    agents: kinds.agents.informer,
    functions: kinds.functions.informer,
    services: kinds.services.informer,
    revisions: kinds.revisions.informer,
    replicaSets: kinds.replicaSets.informer,
    pods: kinds.pods.informer,
    triggers: kinds.triggers.informer,
    brokers: kinds.brokers.informer,
    brokerConfigs: kinds.brokerConfigs.informer,
    serviceAccounts: kinds.serviceAccounts.informer,
    roleBindings: kinds.roleBindings.informer,
    references: undefined,
  };
  addIndexes(caches);
  cluster.watch(Object.values(kinds));
  return caches;
}
