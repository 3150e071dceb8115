import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

const apiVersion = 'monitoring.coreos.com/v1';
const alphaApiVersion = 'monitoring.coreos.com/v1alpha1';

/** A step that changes labels; the action is `replace` unless it says otherwise. */
export interface Relabeling {
  readonly sourceLabels?: readonly string[];
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
  readonly action?: 'replace' | 'labeldrop' | 'keep' | 'drop';
}

export interface ScrapeEndpoint {
  readonly port: string;
  readonly path: string;
  readonly interval: string;
  readonly scrapeTimeout: string;
  /** Whether labels of the metric win over those of the scrape; only for programs that we trust. */
  readonly honorLabels?: boolean;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly relabelings: readonly Relabeling[];
  readonly metricRelabelings?: readonly Relabeling[];
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'Exists';
    readonly values?: readonly string[];
  }[];
}

interface MonitorSpec {
  readonly selector: LabelSelector;
  /** Default the namespace of the monitor. */
  readonly namespaceSelector?: { readonly any: true } | { readonly matchNames: readonly string[] };
  /** Label of the target whose value becomes `job`. */
  readonly jobLabel?: string;
  /** Samples of one scrape beyond which all of them are refused. */
  readonly sampleLimit?: number;
}

export interface ServiceMonitorProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: MonitorSpec & { readonly endpoints: readonly ScrapeEndpoint[] };
}

/** Services that Prometheus scrapes, monitoring.coreos.com/v1. */
export class ServiceMonitor extends ApiObject {
  constructor(scope: Construct, id: string, props: ServiceMonitorProps) {
    super(scope, id, { apiVersion, kind: 'ServiceMonitor', ...props });
  }
}

export interface PodMonitorProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: MonitorSpec & { readonly podMetricsEndpoints: readonly ScrapeEndpoint[] };
}

/** Pods that Prometheus scrapes, monitoring.coreos.com/v1. */
export class PodMonitor extends ApiObject {
  constructor(scope: Construct, id: string, props: PodMonitorProps) {
    super(scope, id, { apiVersion, kind: 'PodMonitor', ...props });
  }
}

interface PrometheusRuleEntry {
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (
    | (PrometheusRuleEntry & { readonly record: string })
    | (PrometheusRuleEntry & {
        readonly alert: string;
        readonly for: string;
        readonly annotations: Readonly<Record<string, string>>;
      })
  )[];
}

export interface PrometheusRuleProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: { readonly groups: readonly RuleGroup[] };
}

/** Alerting and recording rules, monitoring.coreos.com/v1. */
export class PrometheusRule extends ApiObject {
  constructor(scope: Construct, id: string, props: PrometheusRuleProps) {
    super(scope, id, { apiVersion, kind: 'PrometheusRule', ...props });
  }
}

interface SecretKey {
  readonly name: string;
  readonly key: string;
}

interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly matchType: '=';
}

type WebhookAddress =
  | { readonly urlSecret: SecretKey }
  | {
      readonly url: string;
      readonly httpConfig: { readonly authorization: { readonly type: 'Bearer'; readonly credentials: SecretKey } };
    };

export interface AlertReceiver {
  readonly name: string;
  readonly pagerdutyConfigs?: readonly { readonly routingKey: SecretKey; readonly sendResolved: boolean }[];
  readonly slackConfigs?: readonly {
    readonly apiURL: SecretKey;
    readonly channel: string;
    readonly title: string;
    readonly text: string;
    readonly sendResolved: boolean;
  }[];
  readonly webhookConfigs?: readonly (WebhookAddress & { readonly sendResolved: boolean })[];
}

export interface AlertmanagerConfigProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly route: {
      readonly receiver: string;
      readonly matchers: readonly Matcher[];
      readonly groupBy: readonly string[];
      readonly groupWait: string;
      readonly groupInterval: string;
      readonly repeatInterval: string;
      readonly routes?: readonly {
        readonly receiver: string;
        readonly matchers: readonly Matcher[];
        readonly continue?: boolean;
      }[];
    };
    readonly receivers: readonly AlertReceiver[];
  };
}

/** Where the alerts of a namespace go, monitoring.coreos.com/v1alpha1. */
export class AlertmanagerConfig extends ApiObject {
  constructor(scope: Construct, id: string, props: AlertmanagerConfigProps) {
    super(scope, id, { apiVersion: alphaApiVersion, kind: 'AlertmanagerConfig', ...props });
  }
}

export interface ScrapeConfigProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly staticConfigs: readonly { readonly targets: readonly string[] }[];
    readonly metricsPath: string;
    readonly params: Readonly<Record<string, readonly string[]>>;
    readonly honorLabels: boolean;
    readonly scrapeInterval: string;
    readonly scrapeTimeout: string;
  };
}

/** Addresses outside the cluster that Prometheus scrapes, monitoring.coreos.com/v1alpha1. */
export class ScrapeConfig extends ApiObject {
  constructor(scope: Construct, id: string, props: ScrapeConfigProps) {
    super(scope, id, { apiVersion: alphaApiVersion, kind: 'ScrapeConfig', ...props });
  }
}
