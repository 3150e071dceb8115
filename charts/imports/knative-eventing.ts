import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterReference } from './rabbitmq.ts';

export interface RabbitmqBrokerConfigProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly rabbitmqClusterReference: ClusterReference;
    readonly queueType: 'quorum';
    readonly vhost: string;
  };
}

/** Where a Broker keeps its events, eventing.knative.dev/v1alpha1 of eventing-rabbitmq. Its spec can never change. */
export class RabbitmqBrokerConfig extends ApiObject {
  static readonly apiVersion = 'eventing.knative.dev/v1alpha1';
  static readonly kind = 'RabbitmqBrokerConfig';

  constructor(scope: Construct, id: string, props: RabbitmqBrokerConfigProps) {
    const { apiVersion, kind } = RabbitmqBrokerConfig;
    super(scope, id, { apiVersion, kind, ...props });
  }
}

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export interface BrokerProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly config: ObjectReference;
    readonly delivery: {
      readonly retry: number;
      readonly backoffPolicy: 'exponential';
      /** ISO 8601; it doubles with each retry. */
      readonly backoffDelay: string;
      /** `uri` is a path below the address of `ref`. */
      readonly deadLetterSink: { readonly ref: ObjectReference; readonly uri: string };
    };
  };
}

/** Entry of events in a namespace, eventing.knative.dev/v1. Under the RabbitMQ class its spec can never change. */
export class Broker extends ApiObject {
  constructor(scope: Construct, id: string, props: BrokerProps) {
    super(scope, id, { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', ...props });
  }
}
