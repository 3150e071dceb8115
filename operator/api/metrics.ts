import { controllerMetrics } from './controller-metrics.ts';
import { operatorMetrics } from './operator-metrics.ts';
import { processMetrics } from './process-metrics.ts';
import { receiverMetrics } from './receiver-metrics.ts';
import { workloadMetrics } from './workload-metrics.ts';

/**
 * Every metric that the product itself emits. A namespace of a function or agent is `function_namespace` or
 * `agent_namespace`: `namespace` belongs to the scrape, which writes over it.
 */
export const metrics = {
  ...controllerMetrics,
  ...operatorMetrics,
  ...processMetrics,
  ...receiverMetrics,
  ...workloadMetrics,
} as const;

export type MetricName = keyof typeof metrics;
