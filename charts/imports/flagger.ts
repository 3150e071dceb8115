import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

const apiVersion = 'flagger.app/v1beta1';

interface Named {
  readonly name: string;
}

interface ObjectTarget extends Named {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface CanaryMetric {
  /** Never `request-success-rate` or `request-duration`: Flagger runs queries of its own under those names. */
  readonly name: string;
  readonly templateRef: Named;
  readonly interval: string;
  readonly thresholdRange: { readonly min?: number; readonly max?: number };
}

export interface CanaryWebhook {
  readonly name: string;
  readonly type: 'pre-rollout' | 'rollout';
  readonly url: string;
  readonly timeout: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface CanaryAnalysis {
  /** Time between two checks; Flagger takes less than ten seconds for ten. */
  readonly interval: string;
  /** Failed checks, in the whole analysis, after which it rolls back. */
  readonly threshold: number;
  readonly maxWeight: number;
  readonly stepWeight: number;
  readonly metrics: readonly CanaryMetric[];
  readonly webhooks?: readonly CanaryWebhook[];
  readonly alerts?: readonly { readonly name: string; readonly severity: 'info'; readonly providerRef: Named }[];
}

export interface CanaryProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly provider: 'gatewayapi:v1';
    readonly targetRef: ObjectTarget;
    readonly autoscalerRef: ObjectTarget & {
      /** Range of the primary's autoscaler, where it is not that of the canary's. */
      readonly primaryScalerReplicas: { readonly minReplicas: number; readonly maxReplicas: number };
    };
    readonly progressDeadlineSeconds: number;
    readonly skipAnalysis: boolean;
    /** Gives the target its replicas back when the Canary is deleted. */
    readonly revertOnDeletion: boolean;
    readonly service: {
      readonly name: string;
      readonly port: number;
      readonly portName: string;
      readonly targetPort: string | number;
      readonly gatewayRefs: readonly (Named & { readonly group: string; readonly kind: string })[];
    };
    readonly analysis: CanaryAnalysis;
  };
}

/** A Flagger Canary, flagger.app/v1beta1. */
export class Canary extends ApiObject {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id, { apiVersion, kind: 'Canary', ...props });
  }
}

export interface MetricTemplateProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly provider: { readonly type: 'prometheus'; readonly address: string };
    /** PromQL with `{{ target }}`, `{{ namespace }}` and `{{ interval }}`; no value is a failed check. */
    readonly query: string;
  };
}

export class MetricTemplate extends ApiObject {
  constructor(scope: Construct, id: string, props: MetricTemplateProps) {
    super(scope, id, { apiVersion, kind: 'MetricTemplate', ...props });
  }
}

export interface AlertProviderProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly type: 'slack';
    readonly channel: string;
    readonly username: string;
    /** Secret whose key `address` is the webhook. */
    readonly secretRef: Named;
  };
}

export class AlertProvider extends ApiObject {
  constructor(scope: Construct, id: string, props: AlertProviderProps) {
    super(scope, id, { apiVersion, kind: 'AlertProvider', ...props });
  }
}
