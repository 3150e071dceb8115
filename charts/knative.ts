import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import type { ClusterContext } from './part.ts';
import { type KnativeConfiguration, KnativeEventing, KnativeServing } from './imports/knative-operator.ts';
import { queueProxyResources } from './queue-proxy.ts';
import { names } from './workloads.ts';

/** Knative of a cluster, with the values that quotas, rollbacks and long calls of all environments on it rely on. */
export function buildKnative(chart: Chart, { owner, environments }: ClusterContext): void {
  const { version } = owner.knative;
  new KnativeServing(chart, 'serving', {
    metadata: { name: names.servingNamespace, namespace: names.servingNamespace },
    spec: { version, ingress: { kourier: { enabled: true } }, config: servingConfiguration(owner, environments) },
  });
  new KnativeEventing(chart, 'eventing', {
    metadata: { name: names.eventingNamespace, namespace: names.eventingNamespace },
    spec: { version, config: { ...eventingConfiguration, ...observability(owner, 'metrics-protocol') } },
  });
}

/** Keys are those of the ConfigMaps of Serving and networking; a test compares them. */
function servingConfiguration(owner: Environment, environments: readonly Environment[]): KnativeConfiguration {
  const { capacity, knative } = owner;
  const retained = String(capacity.retainedRevisions);
  const isPublic = environments.some(({ functionsIngress }) => functionsIngress.exposure === 'public');
  return {
    autoscaler,
    defaults: { 'revision-timeout-seconds': '300', 'max-revision-timeout-seconds': String(knative.maxCallSeconds) },
    deployment: {
      'registries-skipping-tag-resolving': knative.skipTagResolving.join(','),
      'queue-sidecar-cpu-request': queueProxyResources.requests.cpu,
      'queue-sidecar-cpu-limit': queueProxyResources.limits.cpu,
      'queue-sidecar-memory-request': queueProxyResources.requests.memory,
      'queue-sidecar-memory-limit': queueProxyResources.limits.memory,
    },
    domain: domains(environments),
    features: {
      // a function may read fields of its own pod
      'kubernetes.podspec-fieldref': 'enabled',
      'kubernetes.podspec-nodeselector': 'enabled',
      'kubernetes.podspec-tolerations': 'enabled',
    },
    // as many as the quotas count, however old: those are what a rollback can go back to
    gc: {
      'retain-since-create-time': 'disabled',
      'retain-since-last-active-time': 'disabled',
      'min-non-active-revisions': retained,
      'max-non-active-revisions': retained,
    },
    network: {
      'ingress-class': 'kourier.ingress.networking.knative.dev',
      'default-external-scheme': isPublic ? 'https' : 'http',
    },
    ...observability(owner, 'metrics-protocol', 'request-metrics-protocol'),
  };
}

/** Knative serves no metrics unless it is told to. */
function observability({ monitoring }: Environment, ...protocols: readonly string[]): KnativeConfiguration {
  return monitoring.serviceMonitors
    ? { observability: Object.fromEntries(protocols.map((protocol) => [protocol, 'prometheus'])) }
    : {};
}

const autoscaler = {
  'container-concurrency-target-default': '100',
  'container-concurrency-target-percentage': '70',
  'requests-per-second-target-default': '200',
  'target-burst-capacity': '211',
  'activator-capacity': '100.0',
  'stable-window': '60s',
  'panic-window-percentage': '10.0',
  'panic-threshold-percentage': '200.0',
  'max-scale-up-rate': '1000.0',
  'max-scale-down-rate': '2.0',
  'scale-down-delay': '0s',
  'enable-scale-to-zero': 'true',
  'scale-to-zero-grace-period': '30s',
  'scale-to-zero-pod-retention-period': '0s',
  'allow-zero-initial-scale': 'true',
  'initial-scale': '1',
} as const;

/** Routes of an environment that is public get its domain; all others that of the cluster, which no gateway publishes. */
function domains(environments: readonly Environment[]): Readonly<Record<string, string>> {
  const published = environments.flatMap(({ name, functionsIngress }) =>
    functionsIngress.exposure === 'public'
      ? [[functionsIngress.domain, `selector:\n  environment: ${name}\n`] as const]
      : [],
  );
  return { 'svc.cluster.local': '', ...Object.fromEntries(published) };
}

const eventingConfiguration: KnativeConfiguration = {
  // a Trigger may say how long one delivery may take
  features: { 'delivery-timeout': 'enabled' },
};
