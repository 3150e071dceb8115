import type { Metric } from './metric.ts';

const buildSeconds = [10, 30, 60, 90, 120, 300, 600, 900, 1200, 1800] as const;

/** What the operator says of functions, agents, builds and itself. */
export const operatorMetrics = {
  knative_lambda_operator_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which version runs.',
    labels: ['version', 'commit'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_watch_restarts_total: {
    type: 'counter',
    help: 'Watches begun anew by resource.',
    labels: ['resource'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_relists_total: {
    type: 'counter',
    help: 'Lists of a whole resource after the first, by what made them necessary.',
    labels: ['resource', 'cause'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_watch_silence_seconds: {
    type: 'gauge',
    help: 'Time since the last event or bookmark of a watch.',
    labels: ['resource'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_cached_objects: {
    type: 'gauge',
    help: 'Objects in the cache by resource.',
    labels: ['resource'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_event_loop_delay_seconds: {
    type: 'gauge',
    help: '99th percentile of the event-loop delay since the last scrape.',
    labels: [],
    emittedBy: 'operator',
  },
  knative_lambda_operator_lambdafunctions: {
    type: 'gauge',
    help: 'LambdaFunctions by phase; a phase without one is 0, never absent.',
    labels: ['function_namespace', 'phase'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_lambdaagents: {
    type: 'gauge',
    help: 'LambdaAgents by phase; a phase without one is 0, never absent.',
    labels: ['agent_namespace', 'phase'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_build_jobs_active: {
    type: 'gauge',
    help: 'Build Jobs that have not ended.',
    labels: ['function_namespace'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_build_jobs_limit: {
    type: 'gauge',
    help: 'Build Jobs that may run at once in the environment.',
    labels: [],
    emittedBy: 'operator',
  },
  knative_lambda_operator_build_jobs_waiting: {
    type: 'gauge',
    help: 'Builds that wait for a place among the running ones.',
    labels: [],
    emittedBy: 'operator',
  },
  knative_lambda_operator_build_duration_seconds: {
    type: 'histogram',
    help: 'Duration of a build from the times of its Job; result is success or failed.',
    labels: ['runtime', 'result'],
    buckets: buildSeconds,
    emittedBy: 'operator',
  },
  knative_lambda_operator_errors_total: {
    type: 'counter',
    help: 'Failures by the step in which they happened and the reason in the table of reasons.',
    labels: ['component', 'error_type'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_events_sent_total: {
    type: 'counter',
    help: 'Attempts to send lifecycle events by type; result is delivered, failed (it is sent again) or dropped (given up).',
    labels: ['type', 'result'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_events_pending: {
    type: 'gauge',
    help: 'Lifecycle events that nobody has taken yet.',
    labels: [],
    emittedBy: 'operator',
  },
} as const satisfies Readonly<Record<string, Metric>>;
