import { createServer, type Server } from 'node:http';
import { type Metric, metrics } from '../../operator/api/index.ts';
import { type PlatformMetric, platformMetrics } from '../../charts/rules/platform-metrics.ts';
import type { Environment } from '../../stacks/index.ts';

type Labels = Readonly<Record<string, string>>;
type Shape = Pick<Metric | PlatformMetric, 'type' | 'labels'> & { readonly buckets?: readonly number[] };

/** Values of labels that queries tell apart; any other label has one value, which is its name. */
function valuesOf(label: string, { namespaces }: Environment): readonly string[] {
  const values: Readonly<Record<string, readonly string[]>> = {
    status: ['success', 'error'],
    result: ['success', 'failed', 'error'],
    phase: ['Ready', 'Failed'],
    code: ['200', '500'],
    type: ['used', 'hard'],
    customresource_kind: ['Kustomization'],
    queue: ['results', 'knative-lambda-dlq'],
    deployment: ['knative-lambda-builder', 'knative-lambda-operator'],
    kn_service_name: ['hello', 'idle'],
    function: ['hello', 'idle'],
    function_namespace: namespaces.functions,
    agent_namespace: namespaces.functions,
    k8s_namespace_name: namespaces.functions,
  };
  return values[label] ?? [label];
}

function combinations(labels: readonly string[], environment: Environment): readonly Labels[] {
  return labels.reduce<readonly Labels[]>(
    (known, label) => known.flatMap((one) => valuesOf(label, environment).map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

/** Functions: one lacks a pod, one has a pod that nobody wants. */
const podsOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  kn_revision_pods_desired: { hello: 2, idle: 0 },
  kn_revision_pods_count: { hello: 1, idle: 1 },
};

/** Value of a gauge; times are near now, everything else is 1. */
function gaugeValue(name: string, labels: Labels, now: number): number {
  const pods = podsOf[name]?.[labels['kn_service_name'] ?? ''];
  return pods ?? (name.includes('timestamp') ? now + (name.startsWith('certmanager') ? 86_400 : -60) : 1);
}

const line = (name: string, labels: Labels, value: number): string => {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
  return `${name}{${pairs.join(',')}} ${value}\n`;
};

const defaultBuckets = [0.1, 1, 10] as const;

function histogramLines(name: string, labels: Labels, { buckets = defaultBuckets }: Shape, count: number): string {
  const bounds = buckets.map((bound, index) => [String(bound), count * (index + 1)] as const);
  const total = count * (bounds.length + 1);
  return [
    ...[...bounds, ['+Inf', total] as const].map(([le, value]) => line(`${name}_bucket`, { ...labels, le }, value)),
    line(`${name}_sum`, labels, total),
    line(`${name}_count`, labels, total),
  ].join('');
}

/** What Prometheus makes itself. */
const madeByScrape = new Set(['up', 'scrape_duration_seconds', 'scrape_samples_scraped']);

/** Exporters that the platform reads itself, and k6, which writes: their series are of no environment. */
const ofNoEnvironment = /^(kube|container|gotk|k6|response)_/;

/** Every metric of the registries, in the format of an exporter; counters grow with `count`. */
function exposeSamples(environment: Environment, count: number, now: number): string {
  const shapes: readonly (readonly [string, Shape])[] = [...Object.entries(metrics), ...platformMetrics];
  return shapes
    .filter(([name]) => !madeByScrape.has(name))
    .map(([name, shape]) => {
      const series = combinations(shape.labels, environment).map((labels) => ({
        // an empty label takes away what Prometheus would say of the target
        environment: ofNoEnvironment.test(name) ? '' : environment.name,
        namespace: environment.namespaces.control,
        container: 'main',
        pod: 'pod',
        ...labels,
      }));
      const lines = series.map((labels) =>
        shape.type === 'histogram'
          ? histogramLines(name, labels, shape, count)
          : line(name, labels, shape.type === 'counter' ? count : gaugeValue(name, labels, now)),
      );
      return `# TYPE ${name} ${shape.type}\n${lines.join('')}`;
    })
    .join('');
}

/** Serves the samples on a port; each scrape finds counters grown. */
export function serveSamples(environment: Environment, port: number): Promise<Server> {
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exposeSamples(environment, scrapes, Date.now() / 1000));
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}
