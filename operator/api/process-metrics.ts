import type { Metric } from './metric.ts';

/** What every program in TypeScript says of its process, by the names that Prometheus' own clients use. */
export const processMetrics = {
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'Processor time of the process, user and system.',
    labels: [],
    emittedBy: 'operator',
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of the process.',
    labels: [],
    emittedBy: 'operator',
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'Start of the process, in seconds since 1970.',
    labels: [],
    emittedBy: 'operator',
  },
  process_open_fds: {
    type: 'gauge',
    help: 'Open file descriptors of the process; absent where the system does not say.',
    labels: [],
    emittedBy: 'operator',
  },
  nodejs_heap_size_used_bytes: {
    type: 'gauge',
    help: 'Memory that objects of JavaScript take.',
    labels: [],
    emittedBy: 'operator',
  },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    help: 'Memory that objects of JavaScript hold outside the heap, buffers included.',
    labels: [],
    emittedBy: 'operator',
  },
} as const satisfies Readonly<Record<string, Metric>>;
