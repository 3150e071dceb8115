import type { ClientObserver } from '../kube/observer.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** Counts and times requests to the Kubernetes API. */
export function clientMetrics(registry: MetricRegistry): ClientObserver {
  const requests = registry.counter('rest_client_requests_total');
  const retries = registry.counter('rest_client_request_retries_total');
  const durations = registry.histogram('rest_client_request_duration_seconds');
  return {
    requested(method, code, seconds) {
      requests.inc({ method, code });
      durations.observe({ verb: method }, seconds);
    },
    retried: (method, code) => retries.inc({ code, verb: method }),
  };
}
