import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricRegistry } from './metric-registry.ts';

/** How often the event loop is asked for; what is measured is the time between two askings. */
const resolutionMs = 20;

export interface Build {
  readonly version: string;
  readonly commit: string;
}

/** Says which version runs, what the process takes, and how long its event loop keeps others waiting. */
export function addProcessMetrics(registry: MetricRegistry, build: Build): void {
  registry.gauge('knative_lambda_operator_build_info').set({ ...build }, 1);
  registry.gauge('process_start_time_seconds').set(performance.timeOrigin / 1000);
  addMemory(registry);
  addProcessor(registry);
  addEventLoopDelay(registry);
  registry.gauge('process_open_fds', (gauge) => {
    const open = countDescriptors();
    if (open !== undefined) gauge.set(open);
  });
}

function addMemory(registry: MetricRegistry): void {
  registry.gauge('process_resident_memory_bytes', (gauge) => gauge.set(process.memoryUsage.rss()));
  registry.gauge('nodejs_heap_size_used_bytes', (gauge) => gauge.set(process.memoryUsage().heapUsed));
  registry.gauge('nodejs_external_memory_bytes', (gauge) => gauge.set(process.memoryUsage().external));
}

function addProcessor(registry: MetricRegistry): void {
  let counted = 0;
  registry.counter('process_cpu_seconds_total', (counter) => {
    const { user, system } = process.cpuUsage();
    counter.inc((user + system - counted) / 1e6);
    counted = user + system;
  });
}

function addEventLoopDelay(registry: MetricRegistry): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  registry.gauge('knative_lambda_operator_event_loop_delay_seconds', (gauge) => {
    // without a sample the percentile is 0
    gauge.set(Math.max(0, delay.percentile(99) / 1e9 - resolutionMs / 1000));
    delay.reset();
  });
}

/** Linux only; undefined elsewhere. */
function countDescriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}
