import { labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import type { PodMonitorProps, Relabeling, ScrapeEndpoint, ServiceMonitorProps } from './imports/prometheus.ts';
import { knativeServiceLabel, names } from './workloads.ts';

/** What makes Prometheus take a monitor or rule. */
export function selectedByPrometheus({ monitoring }: Environment): Record<string, string> {
  return { release: monitoring.release };
}

/** Puts the environment on every series of a target. */
export function environmentLabel({ name }: Environment): Relabeling {
  return { targetLabel: 'environment', replacement: name };
}

const jobName = (job: string): Relabeling => ({ targetLabel: 'job', replacement: job });

/** Label of a pod as Prometheus names it at discovery. */
const podLabel = (label: string): string => `__meta_kubernetes_pod_label_${label.replaceAll(/[^a-zA-Z0-9]/g, '_')}`;

const often = { path: '/metrics', interval: '15s', scrapeTimeout: '10s' } as const;
const usual = { path: '/metrics', interval: '30s', scrapeTimeout: '10s' } as const;

/** The controller, behind its Service. */
export function operatorMonitor(environment: Environment): ServiceMonitorProps {
  return {
    metadata: { name: names.operator, namespace: environment.namespaces.control },
    spec: {
      selector: { matchLabels: { [labels.appName]: names.operator } },
      jobLabel: labels.appName,
      endpoints: [{ ...usual, port: 'metrics', relabelings: [environmentLabel(environment)] }],
    },
  };
}

/** The CloudEvents API by its pods: Flagger makes more Services of it, which would count each pod twice. */
export function receiverMonitor(environment: Environment): PodMonitorProps {
  const isDeployment = environment.receiver.form === 'deployment';
  const name = isDeployment ? names.receiverDeployment : names.receiverKnativeService;
  return {
    metadata: { name: names.receiverDeployment, namespace: environment.namespaces.control },
    spec: {
      selector: { matchLabels: { [labels.appName]: name } },
      podMetricsEndpoints: [
        {
          ...usual,
          port: isDeployment ? 'http' : 'user-port',
          relabelings: [environmentLabel(environment), jobName(names.receiverDeployment)],
        },
      ],
    },
  };
}

/**
 * Functions or agents. Their code is not ours: the labels that say whose figures these are come from the pod, and what a
 * metric says of them itself is dropped.
 */
export function workloadMonitor(environment: Environment, kind: 'function' | 'agent'): PodMonitorProps {
  const { watch, namespaces } = environment;
  const owned: readonly Relabeling[] = [
    environmentLabel(environment),
    jobName(`knative-lambda-${kind}s`),
    { sourceLabels: [podLabel(knativeServiceLabel)], targetLabel: kind },
    { sourceLabels: ['__meta_kubernetes_namespace'], targetLabel: `${kind}_namespace` },
  ];
  const dropped: Relabeling = {
    action: 'labeldrop',
    regex: `exported_(environment|job|namespace|${kind}|${kind}_namespace)`,
  };
  const endpoint = (port: string): ScrapeEndpoint => ({
    ...often,
    port,
    relabelings: owned,
    metricRelabelings: [dropped],
  });
  return {
    metadata: { name: `knative-lambda-${kind}s`, namespace: namespaces.control },
    spec: {
      selector: { matchLabels: { [labels.appComponent]: kind === 'function' ? 'lambda' : 'agent' } },
      namespaceSelector: watch === 'all' ? { any: true } : { matchNames: namespaces.functions },
      sampleLimit: 5000,
      podMetricsEndpoints: [endpoint('user-port'), endpoint('http-usermetric')],
    },
  };
}

/** Families of /metrics/detailed that have the series of charts/rules/platform-metrics.ts. */
const queueFamilies = ['queue_coarse_metrics', 'queue_metrics', 'queue_delivery_metrics', 'queue_exchange_metrics'];

/** Queues of the environment's own vhost, and the nodes of the broker where the environment owns them. */
export function brokerMonitor(environment: Environment): ServiceMonitorProps {
  const { rabbitmq, namespaces } = environment;
  const relabelings = [environmentLabel(environment), jobName('rabbitmq')];
  const nodes: ScrapeEndpoint = { ...usual, port: 'prometheus', relabelings };
  const queues: ScrapeEndpoint = {
    ...usual,
    port: 'prometheus',
    path: '/metrics/detailed',
    scrapeTimeout: '15s',
    params: { family: queueFamilies, vhost: [rabbitmq.vhost] },
    relabelings,
  };
  return {
    metadata: { name: rabbitmq.cluster, namespace: namespaces.control },
    spec: {
      selector: { matchLabels: { [labels.appName]: rabbitmq.cluster } },
      namespaceSelector: { matchNames: [rabbitmq.namespace] },
      endpoints: rabbitmq.owned ? [nodes, queues] : [queues],
    },
  };
}
