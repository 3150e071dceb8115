import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Resources } from '../../stacks/index.ts';

const apiVersion = 'rabbitmq.com/v1beta1';

/** Where an object is declared: by the administrator of a RabbitmqCluster, or by the user of a connection Secret. */
export type ClusterReference =
  | { readonly name: string; readonly namespace: string }
  | { readonly connectionSecret: { readonly name: string }; readonly namespace: string };

interface Declared {
  readonly rabbitmqClusterReference: ClusterReference;
}

interface Props<Spec> {
  readonly metadata: ApiObjectMetadata;
  readonly spec: Spec;
}

export type RabbitmqClusterProps = Props<{
  readonly replicas: number;
  readonly resources: Resources;
  readonly persistence: { readonly storage: string; readonly storageClassName: string };
  readonly tolerations: readonly { readonly key: string; readonly value: string; readonly effect: 'NoSchedule' }[];
  readonly rabbitmq: { readonly additionalPlugins: readonly string[]; readonly additionalConfig: string };
  readonly override?: {
    readonly statefulSet: {
      readonly spec: {
        readonly template: {
          readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
          readonly spec: { readonly containers: readonly [] };
        };
      };
    };
  };
}>;

/** Broker nodes, rabbitmq.com/v1beta1. */
export class RabbitmqCluster extends ApiObject {
  constructor(scope: Construct, id: string, props: RabbitmqClusterProps) {
    super(scope, id, { apiVersion, kind: 'RabbitmqCluster', ...props });
  }
}

export class Vhost extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    props: Props<Declared & { readonly name: string; readonly defaultQueueType: 'quorum' }>,
  ) {
    super(scope, id, { apiVersion, kind: 'Vhost', ...props });
  }
}

export type UserProps = Props<
  Declared & {
    readonly tags: readonly 'policymaker'[];
    /** Secret with the keys `username` and `password`; read once, when the user is made. */
    readonly importCredentialsSecret: { readonly name: string };
  }
>;

export class User extends ApiObject {
  constructor(scope: Construct, id: string, props: UserProps) {
    super(scope, id, { apiVersion, kind: 'User', ...props });
  }
}

export type PermissionProps = Props<
  Declared & {
    readonly vhost: string;
    readonly userReference: { readonly name: string };
    readonly permissions: { readonly configure: string; readonly write: string; readonly read: string };
  }
>;

export class Permission extends ApiObject {
  constructor(scope: Construct, id: string, props: PermissionProps) {
    super(scope, id, { apiVersion, kind: 'Permission', ...props });
  }
}

export type QueueProps = Props<
  Declared & {
    readonly name: string;
    readonly vhost: string;
    readonly type: 'quorum';
    readonly durable: true;
    /** Can never change once the queue is there. */
    readonly arguments?: Readonly<Record<`x-${string}`, string>>;
  }
>;

export class Queue extends ApiObject {
  constructor(scope: Construct, id: string, props: QueueProps) {
    super(scope, id, { apiVersion, kind: 'Queue', ...props });
  }
}

export type ExchangeProps = Props<
  Declared & { readonly name: string; readonly vhost: string; readonly type: 'topic'; readonly durable: true }
>;

export class Exchange extends ApiObject {
  constructor(scope: Construct, id: string, props: ExchangeProps) {
    super(scope, id, { apiVersion, kind: 'Exchange', ...props });
  }
}

export type BindingProps = Props<
  Declared & {
    readonly vhost: string;
    readonly source: string;
    readonly destination: string;
    readonly destinationType: 'queue';
    readonly routingKey: string;
  }
>;

export class Binding extends ApiObject {
  constructor(scope: Construct, id: string, props: BindingProps) {
    super(scope, id, { apiVersion, kind: 'Binding', ...props });
  }
}

type PolicyProps<Definition> = Props<
  Declared & {
    readonly name: string;
    readonly vhost: string;
    readonly pattern: string;
    readonly applyTo: 'queues';
    readonly definition: Definition;
  }
>;

export interface QueueDefinition {
  readonly 'max-length': number;
  readonly overflow: 'reject-publish';
  readonly 'message-ttl'?: number;
  readonly 'delivery-limit'?: number;
  readonly 'dead-letter-exchange'?: string;
  readonly 'dead-letter-routing-key'?: string;
  readonly 'dead-letter-strategy'?: 'at-least-once';
}

/** Settings of the queues that match; of all policies that match a queue only the one of the highest priority holds. */
export class Policy extends ApiObject {
  constructor(scope: Construct, id: string, props: PolicyProps<QueueDefinition>) {
    super(scope, id, { apiVersion, kind: 'Policy', ...props });
  }
}

/** Limits that hold beside the policy of a queue; it knows neither overflow nor dead letters. */
export class OperatorPolicy extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    props: PolicyProps<{ readonly 'max-length': number; readonly 'delivery-limit': number }>,
  ) {
    super(scope, id, { apiVersion, kind: 'OperatorPolicy', ...props });
  }
}
