import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

/** A Flux object in the same namespace. */
export interface FluxReference {
  readonly kind: 'GitRepository' | 'OCIRepository' | 'Kustomization' | 'ImageRepository' | 'ImageUpdateAutomation';
  readonly name: string;
}

export interface ReceiverProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly type: 'github';
    readonly events: readonly string[];
    /** Secret with the key token, which signs what GitHub sends. */
    readonly secretRef: { readonly name: string };
    /** What is reconciled at once; these kinds need their version. */
    readonly resources: readonly (FluxReference & { readonly apiVersion: string })[];
  };
}

/** Webhook that tells Flux of a push, notification.toolkit.fluxcd.io/v1. */
export class Receiver extends ApiObject {
  constructor(scope: Construct, id: string, props: ReceiverProps) {
    super(scope, id, { apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', ...props });
  }
}

/** Receiver has left beta; these two have not. */
const beta = 'notification.toolkit.fluxcd.io/v1beta3';

export interface ProviderProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly type: string;
    readonly channel?: string;
    /** Where to post; absent where the Secret says it. */
    readonly address?: string;
    readonly secretRef: { readonly name: string };
  };
}

/** Where Flux tells of events. */
export class Provider extends ApiObject {
  constructor(scope: Construct, id: string, props: ProviderProps) {
    super(scope, id, { apiVersion: beta, kind: 'Provider', ...props });
  }
}

export interface AlertProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly providerRef: { readonly name: string };
    /** Least severity that is told: `info` is everything. */
    readonly eventSeverity: 'info' | 'error';
    readonly eventSources: readonly FluxReference[];
    /** Added to each message; `summary` is its first line. */
    readonly eventMetadata: Readonly<Record<string, string>>;
    /** Regular expressions of messages that are not told. */
    readonly exclusionList?: readonly string[];
  };
}

/** Which events are told. */
export class Alert extends ApiObject {
  constructor(scope: Construct, id: string, props: AlertProps) {
    super(scope, id, { apiVersion: beta, kind: 'Alert', ...props });
  }
}
