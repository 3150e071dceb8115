import type { Clock } from '../kube/clock.ts';
import type { QueueObserver } from '../reconcile/queue.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** Says how long keys wait and passes take; the clock is that of the queues. */
export function queueMetrics(registry: MetricRegistry, { now }: Pick<Clock, 'now'>): QueueObserver {
  const running = new Map<string, number[]>();
  const adds = registry.counter('workqueue_adds_total');
  const retries = registry.counter('workqueue_retries_total');
  const depths = registry.gauge('workqueue_depth');
  const waits = registry.histogram('workqueue_queue_duration_seconds');
  const works = registry.histogram('workqueue_work_duration_seconds');
  registry.gauge('workqueue_unfinished_work_seconds', (gauge) => {
    for (const [name, starts] of running) {
      gauge.set({ name }, starts.reduce((sum, startedAt) => sum + now() - startedAt, 0) / 1000);
    }
  });
  registry.gauge('workqueue_longest_running_processor_seconds', (gauge) => {
    for (const [name, starts] of running) gauge.set({ name }, (now() - Math.min(now(), ...starts)) / 1000);
  });
  return {
    added: (name) => adds.inc({ name }),
    retried: (name) => retries.inc({ name }),
    depth: (name, priority, keys) => depths.set({ name, priority }, keys),
    started(name, waitedSeconds) {
      waits.observe({ name }, waitedSeconds);
      running.set(name, [...(running.get(name) ?? []), now()]);
    },
    finished(name, seconds) {
      works.observe({ name }, seconds);
      removeNearest(running.get(name) ?? [], now() - seconds * 1000);
    },
  };
}

/** Which of the passes ended is told by its duration only. */
function removeNearest(starts: number[], startedAt: number): void {
  const distances = starts.map((start) => Math.abs(start - startedAt));
  starts.splice(distances.indexOf(Math.min(...distances)), 1);
}
