import type { Chart } from 'cdk8s';
import type { MetricName } from '../operator/api/index.ts';
import { type CanaryMetric, MetricTemplate } from './imports/flagger.ts';
import { minRequests, type RolloutProfile } from './rollout-profiles.ts';

const requests = 'knative_lambda_receiver_requests_total' satisfies MetricName;
const duration = 'knative_lambda_receiver_request_duration_seconds' satisfies MetricName;

/**
 * Pods of the Deployment that Flagger watches: its hash and theirs follow the name at once, while those of the
 * primary have one part more. Probes and scrapes are no requests.
 */
const ofCanary = [
  'namespace="{{ namespace }}"',
  'pod=~"{{ target }}-[a-z0-9]+-[a-z0-9]+"',
  'route!~"/health|/ready|/metrics"',
].join(',');

/** Queries by name of the MetricTemplate; each has no value where the canary answers nothing, which fails the check. */
const queries = {
  'request-success-rate': `100 - 100 * (sum(rate(${requests}{${ofCanary},code=~"5.."}[{{ interval }}])) or vector(0)) / sum(rate(${requests}{${ofCanary}}[{{ interval }}]))`,
  'request-duration': `1000 * histogram_quantile(0.99, sum by (le) (rate(${duration}_bucket{${ofCanary}}[{{ interval }}])))`,
  'request-count': `sum(increase(${requests}{${ofCanary}}[{{ interval }}]))`,
} as const;

export interface MetricTemplatesProps {
  readonly namespace: string;
  readonly prometheusUrl: string;
}

export function addMetricTemplates(chart: Chart, { namespace, prometheusUrl }: MetricTemplatesProps): void {
  for (const [name, query] of Object.entries(queries)) {
    new MetricTemplate(chart, name, {
      metadata: { name, namespace },
      spec: { provider: { type: 'prometheus', address: prometheusUrl }, query },
    });
  }
}

/** Checks of a profile. Their names differ from the templates': Flagger has queries of its own under those. */
export function canaryMetrics(profile: RolloutProfile): readonly CanaryMetric[] {
  const { interval } = profile;
  const of = (template: keyof typeof queries) => ({ templateRef: { name: template }, interval });
  return [
    { name: 'success-percent', ...of('request-success-rate'), thresholdRange: { min: profile.minSuccessPercent } },
    { name: 'p99-milliseconds', ...of('request-duration'), thresholdRange: { max: profile.maxLatencyMs } },
    { name: 'requests', ...of('request-count'), thresholdRange: { min: minRequests } },
  ];
}
