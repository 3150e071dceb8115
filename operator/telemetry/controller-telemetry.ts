import type { Clock } from '../kube/clock.ts';
import type { ControllerOptions } from '../reconcile/controller.ts';
import type { Reconcile } from '../reconcile/pass.ts';
import type { QueueObserver } from '../reconcile/queue.ts';
import type { Log } from './log.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { PassTelemetry } from './pass-telemetry.ts';
import { queueMetrics } from './queue-metrics.ts';
import { type ReconcileMetrics, reconcileMetrics } from './reconcile-metrics.ts';
import type { Tracing } from './trace.ts';

export interface ControllerTelemetryProps {
  readonly registry: MetricRegistry;
  readonly log: Log;
  readonly tracing: Tracing;
  readonly clock: Clock;
}

/** Options of a controller that say who it is and who is told of it. */
export type ObservedController = Required<
  Pick<ControllerOptions, 'name' | 'workers' | 'reconcile' | 'observer' | 'queueObserver'>
>;

/** Metrics, log lines and spans of all controllers of a process. */
export class ControllerTelemetry {
  readonly #metrics: ReconcileMetrics;
  readonly #queues: QueueObserver;
  readonly #passes: PassTelemetry;

  constructor({ registry, log, tracing, clock }: ControllerTelemetryProps) {
    this.#metrics = reconcileMetrics(registry);
    this.#queues = queueMetrics(registry, clock);
    this.#passes = new PassTelemetry(log, tracing);
  }

  /** To be called once for a controller; what it returns goes into its options. */
  observe({ name, workers, reconcile }: Pick<ControllerOptions, 'name' | 'workers' | 'reconcile'>): ObservedController {
    const [metrics, passes] = [this.#metrics, this.#passes];
    metrics.register(name, workers);
    const traced: Reconcile = passes.traced(name, reconcile);
    const observer: ObservedController['observer'] = {
      ...metrics,
      reconciled(controller, result, seconds, report) {
        metrics.reconciled(controller, result, seconds, report);
        passes.reconciled(controller, result, seconds, report);
      },
    };
    return { name, workers, reconcile: traced, observer, queueObserver: this.#queues };
  }
}
