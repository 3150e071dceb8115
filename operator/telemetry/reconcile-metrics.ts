import type { PassResult, ReconcileObserver } from '../reconcile/reconcile-observer.ts';
import type { MetricRegistry } from './metric-registry.ts';

const results: readonly PassResult[] = ['success', 'requeue_after', 'terminal', 'error'];

/** Counts and times passes; a failure for good counts as an error too, as in controller-runtime. */
export interface ReconcileMetrics extends Required<ReconcileObserver> {
  /** To be called once for each controller: its series are there, as zeros, before its first pass. */
  register(controller: string, workers: number): void;
}

export function reconcileMetrics(registry: MetricRegistry): ReconcileMetrics {
  const passes = registry.counter('controller_runtime_reconcile_total');
  const errors = registry.counter('controller_runtime_reconcile_errors_total');
  const terminal = registry.counter('controller_runtime_terminal_reconcile_errors_total');
  const panics = registry.counter('controller_runtime_reconcile_panics_total');
  const timeouts = registry.counter('controller_runtime_reconcile_timeouts_total');
  const seconds = registry.histogram('controller_runtime_reconcile_time_seconds');
  const active = registry.gauge('controller_runtime_active_workers');
  const limit = registry.gauge('controller_runtime_max_concurrent_reconciles');
  return {
    register(controller, workers) {
      for (const result of results) passes.inc({ controller, result }, 0);
      for (const counter of [errors, terminal, panics, timeouts]) counter.inc({ controller }, 0);
      active.set({ controller }, 0);
      limit.set({ controller }, workers);
    },
    reconciled(controller, result, took) {
      passes.inc({ controller, result });
      seconds.observe({ controller }, took);
      if (result === 'error' || result === 'terminal') errors.inc({ controller });
      if (result === 'terminal') terminal.inc({ controller });
    },
    active: (controller, count) => active.set({ controller }, count),
    panicked: (controller) => panics.inc({ controller }),
    timedOut: (controller) => timeouts.inc({ controller }),
  };
}
