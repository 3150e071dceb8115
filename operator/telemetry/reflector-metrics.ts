import type { Clock } from '../kube/clock.ts';
import type { ReflectorObserver } from '../kube/observer.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** Says how caches follow the API server. */
export function reflectorMetrics(registry: MetricRegistry, { now }: Pick<Clock, 'now'>): ReflectorObserver {
  const heardAt = new Map<string, number>();
  const restarts = registry.counter('knative_lambda_operator_watch_restarts_total');
  const relists = registry.counter('knative_lambda_operator_relists_total');
  const objects = registry.gauge('knative_lambda_operator_cached_objects');
  registry.gauge('knative_lambda_operator_watch_silence_seconds', (gauge) => {
    for (const [resource, at] of heardAt) gauge.set({ resource }, (now() - at) / 1000);
  });
  return {
    watchRestarted: (resource) => restarts.inc({ resource }),
    relisted: (resource, cause) => relists.inc({ resource, cause }),
    heard: (resource) => heardAt.set(resource, now()),
    sized: (resource, size) => objects.set({ resource }, size),
  };
}
