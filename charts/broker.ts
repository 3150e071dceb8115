import type { Chart } from 'cdk8s';
import { brokerResources } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import { Broker, RabbitmqBrokerConfig } from './imports/knative-eventing.ts';
import { connectionReference } from './rabbitmq.ts';
import { allNamespaces, receiverReference } from './workloads.ts';

/** Retries of an event before it is a dead letter: after 1, 2, 4, 8 and 16 seconds. */
const delivery = { retry: 5, backoffPolicy: 'exponential', backoffDelay: 'PT1S' } as const;

/** Path of the receiver that keeps and counts dead letters. */
const deadLetterPath = '/dlq';

/** Who takes events that could not be delivered. */
export function deadLetterSink(environment: Environment) {
  return { ref: receiverReference(environment), uri: deadLetterPath };
}

/** One Broker in each namespace of the environment, with where it keeps its events. */
export function addBrokers(chart: Chart, environment: Environment): void {
  for (const namespace of allNamespaces(environment)) {
    addBroker(chart, environment, namespace);
  }
}

function addBroker(chart: Chart, environment: Environment, namespace: string): void {
  const { apiVersion, kind } = RabbitmqBrokerConfig;
  const config = { name: 'lambda-broker-config', namespace };
  new RabbitmqBrokerConfig(chart, `broker-config-${namespace}`, {
    metadata: config,
    spec: {
      rabbitmqClusterReference: connectionReference(environment),
      queueType: 'quorum',
      vhost: environment.rabbitmq.vhost,
    },
  });
  new Broker(chart, `broker-${namespace}`, {
    metadata: {
      name: 'lambda-broker',
      namespace,
      annotations: { 'eventing.knative.dev/broker.class': 'RabbitMQBroker', ...resourceAnnotations },
    },
    spec: {
      config: { apiVersion, kind, ...config },
      delivery: { ...delivery, deadLetterSink: deadLetterSink(environment) },
    },
  });
}

/** Resources of the ingress and of the dispatcher of dead letters; a Trigger sets those of its own dispatcher. */
const resourceAnnotations = {
  'rabbitmq.eventing.knative.dev/cpu-request': brokerResources.ingress.requests.cpu,
  'rabbitmq.eventing.knative.dev/cpu-limit': brokerResources.ingress.limits.cpu,
  'rabbitmq.eventing.knative.dev/memory-request': brokerResources.ingress.requests.memory,
  'rabbitmq.eventing.knative.dev/memory-limit': brokerResources.ingress.limits.memory,
};
