import { check, sleep } from 'k6';
import { Counter, Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import { callOne, type CallableFunction, removeFunctions, setUpFunctions, setupTimeout } from './functions.ts';
import { operatorMetrics, receiverMetrics } from './platform.ts';
import { atLeast, seconds } from './run.ts';
import { rampingUsers } from './stages.ts';

const suite = 'sre-metrics';

/** Series that alerts and dashboards rest on; each must be served. */
const operatorSeries = [
  'controller_runtime_reconcile_total',
  'controller_runtime_reconcile_time_seconds_bucket',
  'workqueue_depth',
  'leader_election_master_status',
  'knative_lambda_operator_build_info',
  'knative_lambda_operator_lambdafunctions',
];
const receiverSeries = ['knative_lambda_receiver_requests_total'];

const watch = (startTime: number) => ({
  executor: 'constant-vus' as const,
  exec: 'watchMetrics',
  vus: 1,
  startTime: seconds(startTime),
  duration: seconds(30),
});

/** Are the metrics there before, and still there after, a burst of calls? */
export const options: Options = {
  setupTimeout,
  scenarios: {
    before: watch(0),
    burst: { ...rampingUsers('call', [20, 5], [20, 20], [20, 30], [10, 10]), startTime: seconds(30) },
    after: watch(100),
  },
  thresholds: {
    sre_error_violation: ['rate<0.05'],
    sre_latency_violation: ['rate<0.05'],
    sre_metrics_missing: ['rate==0'],
    sre_healthy_scrapes: [atLeast(1)],
    sre_invocations: [atLeast(50)],
    'http_req_duration{measured:yes}': ['p(95)<5000'],
    'http_req_failed{measured:yes}': ['rate<0.1'],
  },
};

const errorViolation = new Rate('sre_error_violation');
const latencyViolation = new Rate('sre_latency_violation');
const missing = new Rate('sre_metrics_missing');
const healthy = new Counter('sre_healthy_scrapes');
const invocations = new Counter('sre_invocations');

export const setup = (): readonly CallableFunction[] => setUpFunctions(suite, 2);

const hasAll = (text: string, series: readonly string[]): boolean =>
  series.every((name) => text.split('\n').some((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)));

export function watchMetrics(): void {
  const operator = operatorMetrics();
  const receiver = receiverMetrics();
  const isComplete = check(operator, { 'the operator serves its series': ({ body }) => hasAll(body, operatorSeries) });
  const isReceiverComplete = check(receiver, {
    'the receiver serves its series': ({ body }) => hasAll(body, receiverSeries),
  });
  missing.add(!isComplete || !isReceiverComplete);
  healthy.add(isComplete && isReceiverComplete ? 1 : 0);
  sleep(5);
}

/** Milliseconds that a call of a cold run may take. */
const latencyLimit = 5000;

export function call(functions: readonly CallableFunction[]): void {
  const duration = callOne(functions);
  errorViolation.add(duration === undefined);
  latencyViolation.add(duration !== undefined && duration > latencyLimit);
  invocations.add(1);
  sleep(0.5);
}

export const teardown = (): void => removeFunctions(suite);
