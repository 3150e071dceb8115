import type { Environment } from '../../stacks/index.ts';
import { loadSuites, starterResources } from '../load-suites.ts';
import { add, foreignPods, meshProxy, type Need, nothing, toAmounts } from './need.ts';

/** A route has a placeholder Service; each revision a public and a private one. */
function servicesOfKnativeService(retainedRevisions: number): number {
  return 1 + 2 * (1 + retainedRevisions);
}

/** What the operator and the event broker will create in a function namespace for the declared capacity. */
export function functionNeeds(environment: Environment): readonly Need[] {
  const { builds, capacity, rabbitmq } = environment;
  const proxy = meshProxy(environment);
  const podAmounts = add(add(toAmounts(capacity.podResources), foreignPods.queueProxy), proxy);
  const services = servicesOfKnativeService(capacity.retainedRevisions);
  const nextRevisions = Math.ceil(capacity.activePods / 10);
  return [
    {
      source: `${capacity.functions} functions and ${capacity.agents} agents, ${capacity.activePods} pods at once`,
      pods: capacity.activePods,
      services: (capacity.functions + capacity.agents) * services + capacity.agents,
      claims: 0,
      perPod: podAmounts,
    },
    { source: 'next revisions beside the old ones', pods: nextRevisions, services: 0, claims: 0, perPod: podAmounts },
    { source: 'builds', pods: builds.maxConcurrent, services: 0, claims: 0, perPod: toAmounts(builds.resources) },
    // each function has a Trigger, and so has the receiver
    ...brokerNeeds(environment, { brokers: 1, triggers: capacity.functions + 1, whose: 'of the namespace' }),
    ...brokerNeeds(environment, {
      brokers: rabbitmq.agentBrokers === 'dedicated' ? capacity.agents : 0,
      triggers: capacity.agents * capacity.subscriptionsPerAgent,
      whose: 'of agents',
    }),
  ];
}

interface Brokers {
  readonly brokers: number;
  readonly triggers: number;
  readonly whose: string;
}

function brokerNeeds(environment: Environment, { brokers, triggers, whose }: Brokers): readonly Need[] {
  const proxy = meshProxy(environment);
  return [
    {
      source: `brokers ${whose}, each an ingress and a dispatcher of dead letters`,
      pods: 2 * brokers,
      services: brokers,
      claims: 0,
      perPod: add(foreignPods.broker, proxy),
    },
    {
      source: `dispatchers ${whose}, one a trigger`,
      pods: triggers,
      services: 0,
      claims: 0,
      perPod: add(foreignPods.dispatcher, proxy),
    },
  ];
}

/** What other controllers will create in the control namespace. */
export function controlNeeds(environment: Environment): readonly Need[] {
  const { rabbitmq } = environment;
  const proxy = meshProxy(environment);
  const broker: readonly Need[] = rabbitmq.owned
    ? [
        {
          source: `RabbitmqCluster ${rabbitmq.cluster}`,
          pods: rabbitmq.replicas,
          services: 2,
          claims: rabbitmq.replicas,
          perPod: add(rabbitmq.node === undefined ? nothing : toAmounts(rabbitmq.node.resources), proxy),
        },
      ]
    : [];
  return [...broker, ...brokerNeeds(environment, { brokers: 1, triggers: 0, whose: 'of the namespace' })];
}

/** What k6-operator makes for one TestRun, the largest; two at once are beyond the quota. None of it is in the mesh. */
export function loadTestNeeds(environment: Environment): readonly Need[] {
  const [largest] = loadSuites(environment).toSorted((one, other) => other.parallelism - one.parallelism);
  return largest === undefined
    ? []
    : [
        {
          source: `load test ${largest.name}, a Service for each runner`,
          pods: largest.parallelism,
          services: largest.parallelism,
          claims: 0,
          perPod: toAmounts(largest.resources),
        },
        { source: 'starter of a load test', pods: 1, services: 0, claims: 0, perPod: toAmounts(starterResources) },
      ];
}

/** Services that a Knative Service of the output will have, and the pods of its queue-proxies. */
export function knativeServiceNeed(environment: Environment): Pick<Need, 'services' | 'perPod'> {
  return {
    services: servicesOfKnativeService(environment.capacity.retainedRevisions),
    perPod: add(foreignPods.queueProxy, nothing),
  };
}
