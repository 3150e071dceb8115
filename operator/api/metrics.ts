/** A metric that the product emits; the names are an API that dashboards, alerts and canaries are written against. */
export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Never an identifier of an invocation, trace, user or request: each value is a series. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
  /** Program that serves the metric on its own /metrics. */
  readonly emittedBy: 'operator' | 'receiver' | 'function' | 'agent';
}

const requestSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
const reconcileSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
const queueSeconds = [0.001, 0.01, 0.1, 1, 10, 60, 300] as const;
const buildSeconds = [10, 30, 60, 90, 120, 300, 600, 900, 1200, 1800] as const;
const startSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
const modelSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/**
 * Every metric that the product itself emits. A namespace of a function or agent is `function_namespace` or
 * `agent_namespace`: `namespace` belongs to the scrape, which writes over it.
 */
export const metrics = {
  // names and labels of controller-runtime, which existing dashboards of operators read
  controller_runtime_reconcile_total: {
    type: 'counter',
    help: 'Passes of a controller by result: success, error, requeue, requeue_after, terminal.',
    labels: ['controller', 'result'],
    emittedBy: 'operator',
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    help: 'Passes of a controller that failed and are tried again.',
    labels: ['controller'],
    emittedBy: 'operator',
  },
  controller_runtime_reconcile_time_seconds: {
    type: 'histogram',
    help: 'Duration of a pass of a controller.',
    labels: ['controller'],
    buckets: reconcileSeconds,
    emittedBy: 'operator',
  },
  controller_runtime_active_workers: {
    type: 'gauge',
    help: 'Passes of a controller under way.',
    labels: ['controller'],
    emittedBy: 'operator',
  },
  controller_runtime_max_concurrent_reconciles: {
    type: 'gauge',
    help: 'Passes of a controller that may be under way at once.',
    labels: ['controller'],
    emittedBy: 'operator',
  },
  workqueue_depth: {
    type: 'gauge',
    help: 'Keys that wait for a pass.',
    labels: ['name', 'priority'],
    emittedBy: 'operator',
  },
  workqueue_adds_total: {
    type: 'counter',
    help: 'Keys put into the queue.',
    labels: ['name'],
    emittedBy: 'operator',
  },
  workqueue_retries_total: {
    type: 'counter',
    help: 'Keys put into the queue again after a failure.',
    labels: ['name'],
    emittedBy: 'operator',
  },
  workqueue_queue_duration_seconds: {
    type: 'histogram',
    help: 'Time that a key waits for its pass.',
    labels: ['name'],
    buckets: queueSeconds,
    emittedBy: 'operator',
  },
  workqueue_work_duration_seconds: {
    type: 'histogram',
    help: 'Time from the start of a pass to its end, retries not included.',
    labels: ['name'],
    buckets: reconcileSeconds,
    emittedBy: 'operator',
  },
  rest_client_requests_total: {
    type: 'counter',
    help: 'Requests to the Kubernetes API by status code and method; the code is <error> where none came.',
    labels: ['code', 'method'],
    emittedBy: 'operator',
  },
  leader_election_master_status: {
    type: 'gauge',
    help: '1 in the pod that leads, 0 in the ones that stand by.',
    labels: ['name'],
    emittedBy: 'operator',
  },

  // the operator's own
  knative_lambda_operator_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which version runs.',
    labels: ['version', 'commit'],
    emittedBy: 'operator',
  },
  knative_lambda_operator_watch_restarts_total: {
    type: 'counter',
    help: 'Watches begun anew by resource and cause.',
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
    help: 'Lifecycle events by type; result is delivered or failed.',
    labels: ['type', 'result'],
    emittedBy: 'operator',
  },

  // the CloudEvents API
  knative_lambda_receiver_requests_total: {
    type: 'counter',
    help: 'Requests answered by route and status code.',
    labels: ['route', 'code'],
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the head of a request to the end of its answer.',
    labels: ['route'],
    buckets: requestSeconds,
    emittedBy: 'receiver',
  },
  cloudevents_received_total: {
    type: 'counter',
    help: 'CloudEvents received by type; an unknown type is "other".',
    labels: ['type'],
    emittedBy: 'receiver',
  },
  cloudevents_processing_duration_seconds: {
    type: 'histogram',
    help: 'Time from the arrival of an event to its effect; result is success, refused or failed.',
    labels: ['type', 'result'],
    buckets: requestSeconds,
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_validation_failures_total: {
    type: 'counter',
    help: 'Events refused because their data break the schema of their type.',
    labels: ['type'],
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_duplicates_total: {
    type: 'counter',
    help: 'Events skipped because one with the same source and id was handled.',
    labels: ['type'],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_messages_total: {
    type: 'counter',
    help: 'Dead letters taken from the queue and stored; reason is a category of the dead-letter table.',
    labels: ['reason'],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_stored_messages: {
    type: 'gauge',
    help: 'Dead letters in the store that are neither replayed nor purged.',
    labels: ['reason'],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_oldest_message_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest dead letter in the store; 0 when there is none.',
    labels: [],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_replays_total: {
    type: 'counter',
    help: 'Dead letters sent again; result is success or failed.',
    labels: ['result'],
    emittedBy: 'receiver',
  },

  // functions, written by the wrapper of each language
  knative_lambda_function_invocations_total: {
    type: 'counter',
    help: 'Invocations of a function; status is success, error or timeout.',
    labels: ['function', 'function_namespace', 'status'],
    emittedBy: 'function',
  },
  knative_lambda_function_duration_seconds: {
    type: 'histogram',
    help: 'Duration of an invocation, the start of the process not included.',
    labels: ['function', 'function_namespace'],
    buckets: requestSeconds,
    emittedBy: 'function',
  },
  knative_lambda_function_errors_total: {
    type: 'counter',
    help: 'Failed invocations by kind of error, from a closed list.',
    labels: ['function', 'function_namespace', 'error_type'],
    emittedBy: 'function',
  },
  knative_lambda_function_cold_starts_total: {
    type: 'counter',
    help: 'Invocations that were the first of their process.',
    labels: ['function', 'function_namespace'],
    emittedBy: 'function',
  },
  knative_lambda_function_cold_start_seconds: {
    type: 'histogram',
    help: 'Time from the start of the process to its first answer.',
    labels: ['function', 'function_namespace'],
    buckets: startSeconds,
    emittedBy: 'function',
  },

  // agents
  knative_lambda_agent_tokens_total: {
    type: 'counter',
    help: 'Tokens of model calls; direction is input or output.',
    labels: ['agent', 'agent_namespace', 'provider', 'model', 'direction'],
    emittedBy: 'agent',
  },
  knative_lambda_agent_inference_duration_seconds: {
    type: 'histogram',
    help: 'Duration of a model call; result is success or error.',
    labels: ['agent', 'agent_namespace', 'provider', 'model', 'result'],
    buckets: modelSeconds,
    emittedBy: 'agent',
  },
  knative_lambda_agent_model_available: {
    type: 'gauge',
    help: '1 when the last probe of the model succeeded, 0 when it failed; absent before the first.',
    labels: ['agent', 'agent_namespace', 'provider', 'model'],
    emittedBy: 'operator',
  },
  knative_lambda_agent_budget_used_ratio: {
    type: 'gauge',
    help: 'Used share of the budget of the day, 1 when it is spent; unit is tokens or usd.',
    labels: ['agent', 'agent_namespace', 'unit'],
    emittedBy: 'operator',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;
