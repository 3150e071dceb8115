import { functionPhases, type LambdaFunctionStatus } from '../api/index.ts';
import { countByPhase } from '../count-by-phase.ts';
import type { Informer } from '../kube/informer.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { BuildSlots } from './build-slots.ts';
import type { KnownFunctions, StoredFunction } from './known-functions.ts';

/** A build that has ended, told once although many functions may wait for it. */
export interface EndedBuild {
  readonly runtime: string;
  readonly result: 'success' | 'failed';
  readonly seconds: number;
}

/** Is told of each status that was written. */
export interface FunctionMetrics {
  wrote(before: LambdaFunctionStatus | undefined, after: LambdaFunctionStatus): void;
  built(build: EndedBuild): void;
}

/** Components by the condition that says how their step is. */
const components: ReadonlyMap<string, string> = new Map([
  ['SourceReady', 'source'],
  ['BuildReady', 'build'],
  ['DeployReady', 'deploy'],
  ['ExposeReady', 'expose'],
]);

/** Counts steps that came to fail, by their reason, and times builds. */
export function functionMetrics(registry: MetricRegistry): FunctionMetrics {
  const errors = registry.counter('knative_lambda_operator_errors_total');
  const seconds = registry.histogram('knative_lambda_operator_build_duration_seconds');
  return {
    wrote(before, after) {
      const reasons = new Map((before?.conditions ?? []).map(({ reason, type }) => [type, reason]));
      for (const { reason, status, type } of after.conditions ?? []) {
        const component = components.get(type);
        const isNew = status === 'False' && reasons.get(type) !== reason;
        if (component !== undefined && isNew) errors.inc({ component, error_type: reason });
      }
    },
    built: ({ result, runtime, seconds: took }) => seconds.observe({ runtime, result }, took),
  };
}

export interface CountedParts {
  readonly functions: Pick<Informer<StoredFunction>, 'cache'>;
  readonly known: Pick<KnownFunctions, 'parse'>;
  readonly slots: Pick<BuildSlots, 'allowed' | 'running' | 'waiting'>;
  /** One that stands by counts nothing: gauges of all replicas are summed. */
  readonly isLeading: () => boolean;
}

/** Counts functions by phase, and builds, at each scrape. */
export function addFunctionGauges(registry: MetricRegistry, parts: CountedParts): void {
  const { functions, isLeading, known, slots } = parts;
  registry.gauge('knative_lambda_operator_lambdafunctions', (gauge) => {
    gauge.reset();
    const objects = isLeading() ? [...functions.cache.list()] : [];
    const phased = objects.map((one) => ({ namespace: one.metadata.namespace ?? '', phase: phaseOf(one, known) }));
    for (const { namespace, phase, count } of countByPhase(functionPhases, phased)) {
      gauge.set({ function_namespace: namespace, phase }, count);
    }
  });
  registry.gauge('knative_lambda_operator_build_jobs_active', (gauge) => {
    gauge.reset();
    for (const { metadata } of isLeading() ? slots.running : []) {
      gauge.inc({ function_namespace: metadata.namespace ?? '' });
    }
  });
  registry.gauge('knative_lambda_operator_build_jobs_limit', (gauge) => gauge.set(slots.allowed));
  registry.gauge('knative_lambda_operator_build_jobs_waiting', (gauge) => gauge.set(isLeading() ? slots.waiting : 0));
}

/** One that nobody has looked at yet is Pending. */
function phaseOf(object: StoredFunction, known: CountedParts['known']): (typeof functionPhases)[number] {
  const parsed = known.parse(object);
  return parsed.kind === 'unreadable' ? 'Failed' : (parsed.function.status?.phase ?? 'Pending');
}

/** For tests: counts nothing. */
export const silentFunctionMetrics: FunctionMetrics = { wrote: () => undefined, built: () => undefined };
