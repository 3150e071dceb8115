import { brokerResources } from '../api/index.ts';
import type { KubernetesObject, OwnerReference } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { type AppliedObject, withAppliedHash } from './applied-object.ts';
import type { KnativeCondition } from './knative-condition.ts';
import { objectLabels } from './ownership.ts';
import { brokerConfigName } from './rabbitmq-broker-config.ts';
import type { DeliverySpec, Destination } from './trigger.ts';

export interface BrokerProps {
  readonly name: string;
  readonly namespace: string;
  /** Its RabbitmqBrokerConfig, in the same namespace. */
  readonly configName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Who has it for itself; nobody where it is that of a namespace. */
  readonly owners: readonly OwnerReference[];
  /** Who takes what could not be delivered; a broker whose sink is missing never becomes ready. */
  readonly deadLetterSink: Destination | undefined;
}

export interface AppliedBroker extends AppliedObject {
  readonly spec: {
    readonly config: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly namespace: string;
    };
    readonly delivery: DeliverySpec;
  };
}

/** A Broker, as far as the operator reads it. */
export interface Broker extends KubernetesObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly KnativeCondition[];
    readonly address?: { readonly url?: string };
  };
}

export const brokerResource: Resource<Broker> = {
  group: 'eventing.knative.dev',
  version: 'v1',
  kind: 'Broker',
  plural: 'brokers',
  namespaced: true,
};

/** The broker of a namespace, the same as the charts make where they know the namespace. */
export function buildNamespaceBroker(name: string, namespace: string, deadLetterSink: Destination): AppliedBroker {
  const labels = objectLabels('shared', 'broker');
  return buildBroker({ name, namespace, configName: brokerConfigName, labels, owners: [], deadLetterSink });
}

/** A broker on RabbitMQ. Its spec can never change. */
export function buildBroker(props: BrokerProps): AppliedBroker {
  const { configName, deadLetterSink, labels, name, namespace, owners } = props;
  return withAppliedHash({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Broker',
    metadata: {
      name,
      namespace,
      ...(owners.length === 0 ? {} : { ownerReferences: owners }),
      labels,
      annotations: {
        'eventing.knative.dev/broker.class': 'RabbitMQBroker',
        'rabbitmq.eventing.knative.dev/cpu-request': brokerResources.ingress.requests.cpu,
        'rabbitmq.eventing.knative.dev/cpu-limit': brokerResources.ingress.limits.cpu,
        'rabbitmq.eventing.knative.dev/memory-request': brokerResources.ingress.requests.memory,
        'rabbitmq.eventing.knative.dev/memory-limit': brokerResources.ingress.limits.memory,
      },
    },
    spec: {
      config: {
        apiVersion: 'eventing.knative.dev/v1alpha1',
        kind: 'RabbitmqBrokerConfig',
        name: configName,
        namespace,
      },
      delivery: {
        retry: 5,
        backoffPolicy: 'exponential',
        backoffDelay: 'PT1S',
        ...(deadLetterSink === undefined ? {} : { deadLetterSink }),
      },
    },
  });
}
