import type { Chart } from 'cdk8s';
import { labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import type { ClusterContext } from './part.ts';
import {
  PodMonitor,
  type PodMonitorProps,
  type Relabeling,
  ScrapeConfig,
  type ScrapeEndpoint,
  ServiceMonitor,
} from './imports/prometheus.ts';
import { environmentLabel, selectedByPrometheus } from './monitors.ts';
import { allNamespaces, names } from './workloads.ts';

const scrape = { path: '/metrics', interval: '30s', scrapeTimeout: '10s' } as const;

/** What the platform runs once on a cluster, and how its pods are found. */
interface Component {
  readonly namespaceSelector: NonNullable<PodMonitorProps['spec']['namespaceSelector']>;
  readonly selector: PodMonitorProps['spec']['selector'];
  readonly port: string;
  readonly jobLabel: string;
  /** Label of its metrics that says which namespace a series is about; it then belongs to that environment. */
  readonly about?: 'namespace' | 'k8s_namespace_name' | 'kn_broker_namespace';
}

const app = (...values: readonly string[]) => ({ matchExpressions: [{ key: 'app', operator: 'In', values }] as const });

const components = {
  'knative-serving': {
    namespaceSelector: { matchNames: ['knative-serving'] },
    selector: app('activator', 'autoscaler', 'controller', 'webhook'),
    port: 'metrics',
    jobLabel: 'app',
    about: 'k8s_namespace_name',
  },
  'knative-eventing': {
    namespaceSelector: { matchNames: ['knative-eventing'] },
    selector: {},
    port: 'metrics',
    jobLabel: 'app',
    about: 'kn_broker_namespace',
  },
  flux: {
    namespaceSelector: { matchNames: [names.fluxNamespace] },
    selector: app('source-controller', 'kustomize-controller', 'notification-controller', 'helm-controller'),
    port: 'http-prom',
    jobLabel: 'app',
  },
  flagger: {
    namespaceSelector: { any: true },
    selector: { matchLabels: { [labels.appName]: 'flagger' } },
    port: 'http',
    jobLabel: labels.appName,
    about: 'namespace',
  },
  'cert-manager': {
    namespaceSelector: { any: true },
    selector: { matchLabels: { [labels.appName]: 'cert-manager', [labels.appComponent]: 'controller' } },
    port: 'http-metrics',
    jobLabel: labels.appName,
    about: 'namespace',
  },
} as const satisfies Readonly<Record<string, Component>>;

/** Names of the monitors whose targets the platform makes. */
export const platformMonitors: readonly string[] = Object.keys(components);

/** What a series is about decides whose it is; one about nobody's namespace stays with the owner of the cluster. */
function environmentOf(about: string, environments: readonly Environment[]): readonly Relabeling[] {
  return environments.map((environment) => ({
    sourceLabels: [about],
    regex: allNamespaces(environment).join('|'),
    targetLabel: 'environment',
    replacement: environment.name,
  }));
}

/** Monitors of what environments share on a cluster, in the namespace of Prometheus. */
export function buildClusterMonitors(chart: Chart, { owner, environments }: ClusterContext): void {
  if (!owner.monitoring.serviceMonitors) {
    return;
  }
  const metadata = (name: string) => ({
    name,
    namespace: owner.monitoring.namespace,
    labels: selectedByPrometheus(owner),
  });
  for (const [name, { port, about, ...spec }] of Object.entries<Component>(components)) {
    const endpoint: ScrapeEndpoint = {
      ...scrape,
      port,
      // the metric's namespace is that of what it is about, not of the pod
      honorLabels: true,
      relabelings: [environmentLabel(owner)],
      ...(about === undefined ? {} : { metricRelabelings: environmentOf(about, environments) }),
    };
    new PodMonitor(chart, name, { metadata: metadata(name), spec: { ...spec, podMetricsEndpoints: [endpoint] } });
  }
  addSharedBroker(chart, owner, metadata);
  addFederation(chart, owner, metadata);
}

type MetadataOf = (name: string) => {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
};

/** Nodes of a broker that no environment owns; the queues are read by the environment whose vhost they are in. */
function addSharedBroker(chart: Chart, owner: Environment, metadata: MetadataOf): void {
  const { rabbitmq } = owner;
  if (rabbitmq.owned) {
    return;
  }
  new ServiceMonitor(chart, 'broker', {
    metadata: metadata(rabbitmq.cluster),
    spec: {
      selector: { matchLabels: { [labels.appName]: rabbitmq.cluster } },
      namespaceSelector: { matchNames: [rabbitmq.namespace] },
      endpoints: [
        {
          ...scrape,
          port: 'prometheus',
          relabelings: [environmentLabel(owner), { targetLabel: 'job', replacement: 'rabbitmq-nodes' }],
        },
      ],
    },
  });
}

/** Recorded series of other clusters; each already says which environment it is of. */
function addFederation(chart: Chart, { monitoring }: Environment, metadata: MetadataOf): void {
  if (monitoring.federates.length === 0) {
    return;
  }
  new ScrapeConfig(chart, 'federation', {
    metadata: metadata('knative-lambda-federation'),
    spec: {
      staticConfigs: [{ targets: monitoring.federates }],
      metricsPath: '/federate',
      // recorded names have a colon or are the published ones, and ALERTS shows what fires elsewhere
      params: {
        'match[]': [
          '{__name__=~"[a-z]+:.+|builds?_.+|kaniko_.+|scale_.+|cold_start_duration|ALERTS", environment!=""}',
        ],
      },
      honorLabels: true,
      scrapeInterval: '1m',
      scrapeTimeout: '30s',
    },
  });
}
