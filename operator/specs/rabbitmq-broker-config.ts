import type { KubernetesObject, OwnerReference } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { type AppliedObject, withAppliedHash } from './applied-object.ts';
import { objectLabels } from './ownership.ts';

/** RabbitMQ behind the brokers of an environment. */
export interface RabbitmqSettings {
  /** The cluster by its own object, or by a Secret with an account at it. */
  readonly cluster:
    | { readonly by: 'name'; readonly name: string; readonly namespace: string }
    | { readonly by: 'connectionSecret'; readonly name: string; readonly namespace: string };
  readonly queueType: 'quorum' | 'classic';
  readonly vhost: string;
}

export interface AppliedRabbitmqBrokerConfig extends AppliedObject {
  readonly spec: {
    readonly rabbitmqClusterReference:
      | { readonly name: string; readonly namespace: string }
      | { readonly connectionSecret: { readonly name: string }; readonly namespace: string };
    readonly queueType: 'quorum' | 'classic';
    readonly vhost: string;
  };
}

/** A RabbitmqBrokerConfig, as far as the operator reads it. */
export interface RabbitmqBrokerConfig extends KubernetesObject {
  readonly spec: {
    readonly rabbitmqClusterReference?: { readonly name?: string; readonly namespace?: string };
    readonly queueType?: string;
  };
}

export const rabbitmqBrokerConfigResource: Resource<RabbitmqBrokerConfig> = {
  group: 'eventing.knative.dev',
  version: 'v1alpha1',
  kind: 'RabbitmqBrokerConfig',
  plural: 'rabbitmqbrokerconfigs',
  namespaced: true,
};

/** Name that the charts use too: one configuration a namespace. */
export const brokerConfigName = 'lambda-broker-config';

export interface RabbitmqBrokerConfigProps {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly OwnerReference[];
  readonly rabbitmq: RabbitmqSettings;
}

/** Where the Broker of a namespace keeps its events. */
export function buildNamespaceBrokerConfig(namespace: string, rabbitmq: RabbitmqSettings): AppliedRabbitmqBrokerConfig {
  const labels = objectLabels('shared', 'broker-config');
  return buildRabbitmqBrokerConfig({ name: brokerConfigName, namespace, labels, owners: [], rabbitmq });
}

/** Where a Broker keeps its events. Its spec can never change. */
export function buildRabbitmqBrokerConfig(props: RabbitmqBrokerConfigProps): AppliedRabbitmqBrokerConfig {
  const { labels, name, namespace, owners, rabbitmq } = props;
  const { cluster, queueType, vhost } = rabbitmq;
  return withAppliedHash({
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'RabbitmqBrokerConfig',
    metadata: { name, namespace, ...(owners.length === 0 ? {} : { ownerReferences: owners }), labels },
    spec: {
      rabbitmqClusterReference:
        cluster.by === 'name'
          ? { name: cluster.name, namespace: cluster.namespace }
          : { connectionSecret: { name: cluster.name }, namespace: cluster.namespace },
      queueType,
      vhost,
    },
  });
}
