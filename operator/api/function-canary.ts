import type { MetricName } from './metrics.ts';

const invocations = 'knative_lambda_function_invocations_total' satisfies MetricName;
const duration = 'knative_lambda_function_duration_seconds' satisfies MetricName;

export interface FunctionCanaryProps {
  /** Name of the function, which is that of its Knative Service. */
  readonly name: string;
  readonly namespace: string;
  readonly prometheusUrl: string;
  /** Time between two checks, at least ten seconds; default `1m`. */
  readonly interval?: string;
  /** Percent of the requests that each check adds; default 10. */
  readonly stepWeight?: number;
  /** Percent after which the version is promoted; default 50. */
  readonly maxWeight?: number;
  /** Failed checks that end in a roll-back; default 5. */
  readonly threshold?: number;
  /** Invocations that succeed, in percent; default 99. */
  readonly minSuccessPercent?: number;
  /** 99th percentile of the duration, in milliseconds; default 500. */
  readonly maxLatencyMs?: number;
  /** Invocations in an interval below which nothing is said; default 100. */
  readonly minInvocations?: number;
}

interface FlaggerObject {
  readonly apiVersion: 'flagger.app/v1beta1';
  readonly kind: 'Canary' | 'MetricTemplate';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** Flagger writes the latest revision as route; only its pods are looked at, never those of the revision before. */
const ofRevision = 'function_namespace="{{ namespace }}",pod=~"{{ route }}-deployment-[a-z0-9]+-[a-z0-9]+"';

const queries = {
  success: `100 * sum(rate(${invocations}{${ofRevision},status="success"}[{{ interval }}])) / sum(rate(${invocations}{${ofRevision}}[{{ interval }}]))`,
  latency: `1000 * histogram_quantile(0.99, sum by (le) (rate(${duration}_bucket{${ofRevision}}[{{ interval }}])))`,
  count: `sum(increase(${invocations}{${ofRevision}}[{{ interval }}]))`,
} as const;

/**
 * A canary of a function: a Canary and its MetricTemplates. Flagger then owns `spec.traffic` of the Knative Service, so
 * nothing else may write it; there is no `service`, because Knative routes. A function at zero fails every check: it
 * needs requests while it is judged.
 */
export function buildFunctionCanary(props: FunctionCanaryProps): readonly FlaggerObject[] {
  const { name, namespace, prometheusUrl, interval = '1m', stepWeight = 10, maxWeight = 50, threshold = 5 } = props;
  const ranges = {
    success: { min: props.minSuccessPercent ?? 99 },
    latency: { max: props.maxLatencyMs ?? 500 },
    count: { min: props.minInvocations ?? 100 },
  } as const satisfies Record<keyof typeof queries, object>;
  const templates = Object.entries(queries).map(([metric, query]): FlaggerObject => {
    const provider = { type: 'prometheus', address: prometheusUrl };
    return toObject('MetricTemplate', { name: `${name}-${metric}`, namespace }, { provider, query });
  });
  const metrics = Object.entries(ranges).map(([metric, thresholdRange]) => ({
    name: metric,
    templateRef: { name: `${name}-${metric}` },
    interval,
    thresholdRange,
  }));
  const canary = toObject(
    'Canary',
    { name, namespace },
    {
      provider: 'knative',
      targetRef: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name },
      analysis: { interval, threshold, maxWeight, stepWeight, metrics },
    },
  );
  return [...templates, canary];
}

function toObject(
  kind: FlaggerObject['kind'],
  metadata: FlaggerObject['metadata'],
  spec: FlaggerObject['spec'],
): FlaggerObject {
  return { apiVersion: 'flagger.app/v1beta1', kind, metadata, spec };
}
