import { type Metric, requestSeconds } from './metric.ts';

const reconcileSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
const queueSeconds = [0.001, 0.01, 0.1, 1, 10, 60, 300] as const;

/** Names and labels of controller-runtime, which existing dashboards of operators read. */
export const controllerMetrics = {
  controller_runtime_reconcile_total: {
    type: 'counter',
    help: 'Passes of a controller by result: success, requeue_after, terminal, error.',
    labels: ['controller', 'result'],
    emittedBy: 'operator',
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    help: 'Passes of a controller that failed and are tried again.',
    labels: ['controller'],
    emittedBy: 'operator',
  },
  controller_runtime_terminal_reconcile_errors_total: {
    type: 'counter',
    help: 'Passes of a controller that failed for good: nothing but a change of the object helps.',
    labels: ['controller'],
    emittedBy: 'operator',
  },
  controller_runtime_reconcile_panics_total: {
    type: 'counter',
    help: 'Passes of a controller that a bug ended; they are tried again.',
    labels: ['controller'],
    emittedBy: 'operator',
  },
  controller_runtime_reconcile_timeouts_total: {
    type: 'counter',
    help: 'Passes of a controller that took longer than they may; they are tried again.',
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
  workqueue_unfinished_work_seconds: {
    type: 'gauge',
    help: 'Sum of the time that the passes under way have taken; grows where passes are stuck.',
    labels: ['name'],
    emittedBy: 'operator',
  },
  workqueue_longest_running_processor_seconds: {
    type: 'gauge',
    help: 'Time that the oldest of the passes under way has taken; 0 when there is none.',
    labels: ['name'],
    emittedBy: 'operator',
  },
  rest_client_requests_total: {
    type: 'counter',
    help: 'Requests to the Kubernetes API by status code and method; the code is <error> where none came.',
    labels: ['code', 'method'],
    emittedBy: 'operator',
  },
  rest_client_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to the Kubernetes API to the head of its answer.',
    labels: ['verb'],
    buckets: requestSeconds,
    emittedBy: 'operator',
  },
  rest_client_request_retries_total: {
    type: 'counter',
    help: 'Requests to the Kubernetes API made again by status code and verb.',
    labels: ['code', 'verb'],
    emittedBy: 'operator',
  },
  leader_election_master_status: {
    type: 'gauge',
    help: '1 in the pod that leads, 0 in the ones that stand by.',
    labels: ['name'],
    emittedBy: 'operator',
  },
  leader_election_slowpath_total: {
    type: 'counter',
    help: 'Renewals of a lease that had to read it first.',
    labels: ['name'],
    emittedBy: 'operator',
  },
} as const satisfies Readonly<Record<string, Metric>>;
