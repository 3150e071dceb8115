import { ratio, type Recording } from './rule.ts';

const buildCount = 'knative_lambda_operator_build_duration_seconds_count';
const buildBucket = 'knative_lambda_operator_build_duration_seconds_bucket';
const invocations = 'knative_lambda_function_invocations_total';
const byFunction = 'by (function, function_namespace)';
const quantiles = ['0.5', '0.95', '0.99'] as const;

/** Published names of the build figures, computed from the operator's own. */
const buildRecordings: readonly Recording[] = [
  ...['success', 'failed'].map((status) => ({
    record: 'builds_total',
    expr: `sum by (runtime) (${buildCount}{$env, result="${status}"})`,
    labels: { status },
  })),
  { record: 'build_failures_total', expr: `sum by (runtime) (${buildCount}{$env, result="failed"})` },
  { record: 'build_duration_seconds_bucket', expr: `sum by (le, runtime, result) (${buildBucket}{$env})` },
  ...['build_duration_seconds', 'kaniko_build_duration_seconds'].flatMap((record) =>
    quantiles.map((quantile) => ({
      record,
      expr: `histogram_quantile(${quantile}, sum by (le, runtime) (rate(${buildBucket}{$env}[5m])))`,
      labels: { quantile },
    })),
  ),
  {
    record: 'builds_success_rate',
    expr: ratio(`sum(increase(${buildCount}{$env, result="success"}[1h]))`, `sum(increase(${buildCount}{$env}[1h]))`),
  },
  { record: 'kaniko_jobs_running', expr: 'sum(knative_lambda_operator_build_jobs_active{$env})' },
  { record: 'kaniko_jobs_limit', expr: 'max(knative_lambda_operator_build_jobs_limit{$env})' },
];

const scaled = 'by (k8s_namespace_name, kn_service_name)';
const wanted = `sum ${scaled} (kn_revision_pods_desired{$env})`;
const there = `sum ${scaled} (kn_revision_pods_count{$env})`;

/** Seconds of the last ten minutes in which a comparison held, looked at every 15 seconds. */
const secondsWithin = (comparison: string): string => `count_over_time((${comparison})[10m:15s]) * 15`;

const functionRecordings: readonly Recording[] = [
  { record: 'function:invocations:rate5m', expr: `sum ${byFunction} (rate(${invocations}{$env}[5m]))` },
  {
    record: 'function:error_ratio:rate5m',
    expr: ratio(
      `sum ${byFunction} (rate(${invocations}{$env, status!="success"}[5m]))`,
      `sum ${byFunction} (rate(${invocations}{$env}[5m]))`,
    ),
  },
  {
    record: 'function:cold_start_ratio:rate10m',
    expr: ratio(
      `sum ${byFunction} (rate(knative_lambda_function_cold_starts_total{$env}[10m]))`,
      `sum ${byFunction} (rate(${invocations}{$env}[10m]))`,
    ),
  },
  {
    record: 'function:duration_seconds:p95',
    expr: `histogram_quantile(0.95, sum by (le, function, function_namespace) (rate(knative_lambda_function_duration_seconds_bucket{$env}[5m])))`,
  },
  {
    record: 'cold_start_duration',
    expr: `histogram_quantile(0.95, sum by (le, function, function_namespace) (rate(knative_lambda_function_cold_start_seconds_bucket{$env}[10m])))`,
    labels: { quantile: '0.95' },
  },
  { record: 'scale_up_time', expr: secondsWithin(`${wanted} > ${there}`) },
  { record: 'scale_to_zero_time', expr: secondsWithin(`${there} > 0 and ${wanted} == 0`) },
];

const reconcileBucket = 'controller_runtime_reconcile_time_seconds_bucket';
const reconciles = 'controller_runtime_reconcile_total';

const operatorRecordings: readonly Recording[] = [
  {
    record: 'operator:reconcile_success_ratio:rate5m',
    expr: ratio(
      `sum by (controller) (rate(${reconciles}{$env, result!="error"}[5m]))`,
      `sum by (controller) (rate(${reconciles}{$env}[5m]))`,
    ),
  },
  ...['0.5', '0.95', '0.99'].map((quantile) => ({
    record: 'operator:reconcile_duration_seconds',
    expr: `histogram_quantile(${quantile}, sum by (le, controller) (rate(${reconcileBucket}{$env}[5m])))`,
    labels: { quantile },
  })),
];

/** Windows of the burn-rate alerts. */
const burnWindows = ['5m', '30m', '1h', '6h'] as const;

const objectiveRecordings: readonly Recording[] = burnWindows.flatMap((window) => [
  {
    record: `slo:function_error_ratio:rate${window}`,
    expr: ratio(
      `sum(rate(${invocations}{$env, status!="success"}[${window}]))`,
      `sum(rate(${invocations}{$env}[${window}]))`,
    ),
  },
  {
    record: `slo:receiver_error_ratio:rate${window}`,
    expr: ratio(
      `sum(rate(knative_lambda_receiver_requests_total{$env, code=~"5.."}[${window}]))`,
      `sum(rate(knative_lambda_receiver_requests_total{$env}[${window}]))`,
    ),
  },
]);

const cpuSeconds = 'container_cpu_usage_seconds_total{$namespaces, container!=""}';

/** cAdvisor knows no environment: its series are chosen by namespace and get the label here. */
const resourceRecordings: readonly Recording[] = [
  {
    record: 'namespace:container_memory_usage_bytes:sum',
    expr: 'sum by (namespace) (container_memory_usage_bytes{$namespaces, container!=""})',
  },
  { record: 'namespace:container_cpu_cores:rate5m', expr: `sum by (namespace) (rate(${cpuSeconds}[5m]))` },
  {
    record: 'namespace:compute_cost_usd_per_hour:rate1h',
    expr: `sum by (namespace) (rate(${cpuSeconds}[1h])) * $coreHourUsd`,
  },
];

const deadLetterQueues = 'queue=~".*(dlq|dead-letter).*"';

const eventingRecordings: readonly Recording[] = [
  {
    record: 'eventing:dead_letters:max',
    expr: `max by (vhost, queue) (rabbitmq_detailed_queue_messages{$env, ${deadLetterQueues}})`,
  },
  {
    record: 'eventing:dead_letters_in:rate5m',
    expr: `sum by (queue) (rate(rabbitmq_detailed_queue_exchange_messages_published_total{$env, ${deadLetterQueues}}[5m]))`,
  },
  {
    record: 'eventing:queue_messages:max',
    expr: 'max by (vhost, queue) (rabbitmq_detailed_queue_messages{$env, queue!~".*(dlq|dead-letter).*"})',
  },
];

/** Computed series by the name of their group; a rule may use those of earlier groups. */
export const recordings = {
  builds: buildRecordings,
  functions: functionRecordings,
  operator: operatorRecordings,
  objectives: objectiveRecordings,
  resources: resourceRecordings,
  eventing: eventingRecordings,
} as const satisfies Readonly<Record<string, readonly Recording[]>>;
