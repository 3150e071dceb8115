import { constant, growing, histogram, own, type Series } from './alert-case.ts';

/** What a recorded series must be, asked of prd after twenty minutes with a sample a minute. */
export interface RecordingCase {
  readonly series: Series;
  readonly expected: readonly { readonly labels: string; readonly value: number }[];
}

const build = 'knative_lambda_operator_build_duration_seconds';
const hello = 'function="hello", function_namespace="f"';
const invocations = 'knative_lambda_function_invocations_total';
const controller = 'controller="LambdaFunction"';
const service = 'k8s_namespace_name="f", kn_service_name="hello"';
const memory = 'container_memory_usage_bytes';
const mine = 'namespace="knative-lambda-prd-functions"';

const builds: Series = {
  [own(`${build}_count`, 'runtime="python", result="success"')]: growing(9),
  [own(`${build}_count`, 'runtime="python", result="failed"')]: growing(1),
};

const calls: Series = {
  [own(invocations, `${hello}, status="success"`)]: growing(54),
  [own(invocations, `${hello}, status="error"`)]: growing(6),
};

const answers: Series = {
  [own('knative_lambda_receiver_requests_total', 'route="/", code="202"')]: growing(99),
  [own('knative_lambda_receiver_requests_total', 'route="/", code="500"')]: growing(1),
};

/** The same figure for a series that has quantiles, where half is below 90 s and all below 120 s. */
const buildTimes = histogram(build, [50, '90', '120'], 'runtime="python", result="success"');
const timesOf = (record: string) =>
  [
    ['0.5', 90],
    ['0.95', 117],
    ['0.99', 119.4],
  ].map(([quantile, value]) => ({
    labels: `${record}{environment="prd", quantile="${quantile}", runtime="python"}`,
    value: Number(value),
  }));

const container = (metric: string, namespace: string, values: string): Series => ({
  [`${metric}{${namespace}, container="user-container", pod="a"}`]: values,
  // the sum of the pod, which cAdvisor reports as well
  [`${metric}{${namespace}, container="", pod="a"}`]: values,
});

const strangers: Series = container(memory, 'namespace="somebody-elses"', constant(999));
const cpu: Series = container('container_cpu_usage_seconds_total', mine, growing(30));
const perFunction = (record: string, value: number, more = '') => [
  { labels: `${record}{environment="prd", function="hello", function_namespace="f"${more}}`, value },
];
const total = (record: string, value: number) => [{ labels: `${record}{environment="prd"}`, value }];

export const recordingCases: Readonly<Record<string, RecordingCase>> = {
  builds_total: {
    series: builds,
    expected: [
      { labels: 'builds_total{environment="prd", runtime="python", status="success"}', value: 180 },
      { labels: 'builds_total{environment="prd", runtime="python", status="failed"}', value: 20 },
    ],
  },
  build_failures_total: {
    series: builds,
    expected: [{ labels: 'build_failures_total{environment="prd", runtime="python"}', value: 20 }],
  },
  build_duration_seconds_bucket: {
    series: { [own(`${build}_bucket`, 'runtime="go", result="success", le="90", pod="a"')]: constant(7) },
    expected: [
      {
        labels: 'build_duration_seconds_bucket{environment="prd", le="90", result="success", runtime="go"}',
        value: 7,
      },
    ],
  },
  build_duration_seconds: { series: buildTimes, expected: timesOf('build_duration_seconds') },
  kaniko_build_duration_seconds: { series: buildTimes, expected: timesOf('kaniko_build_duration_seconds') },
  builds_success_rate: { series: builds, expected: total('builds_success_rate', 0.9) },
  kaniko_jobs_running: {
    series: {
      // the pod that stands by exports zeros
      [own('knative_lambda_operator_build_jobs_active', 'function_namespace="f", pod="a"')]: constant(4),
      [own('knative_lambda_operator_build_jobs_active', 'function_namespace="f", pod="b"')]: constant(0),
    },
    expected: total('kaniko_jobs_running', 4),
  },
  kaniko_jobs_limit: {
    series: {
      [own('knative_lambda_operator_build_jobs_limit', 'pod="a"')]: constant(20),
      [own('knative_lambda_operator_build_jobs_limit', 'pod="b"')]: constant(20),
    },
    expected: total('kaniko_jobs_limit', 20),
  },
  'function:invocations:rate5m': { series: calls, expected: perFunction('function:invocations:rate5m', 1) },
  'function:error_ratio:rate5m': { series: calls, expected: perFunction('function:error_ratio:rate5m', 0.1) },
  'function:cold_start_ratio:rate10m': {
    series: { ...calls, [own('knative_lambda_function_cold_starts_total', hello)]: growing(3) },
    expected: perFunction('function:cold_start_ratio:rate10m', 0.05),
  },
  'function:duration_seconds:p95': {
    series: histogram('knative_lambda_function_duration_seconds', [50, '1', '2'], hello),
    expected: perFunction('function:duration_seconds:p95', 1.9),
  },
  cold_start_duration: {
    series: histogram('knative_lambda_function_cold_start_seconds', [50, '5', '10'], hello),
    expected: perFunction('cold_start_duration', 9.5, ', quantile="0.95"'),
  },
  scale_up_time: {
    series: {
      [own('kn_revision_pods_desired', service)]: constant(3),
      [own('kn_revision_pods_count', service)]: constant(2),
    },
    expected: [{ labels: `scale_up_time{environment="prd", ${service}}`, value: 600 }],
  },
  scale_to_zero_time: {
    series: {
      [own('kn_revision_pods_desired', service)]: constant(0),
      [own('kn_revision_pods_count', service)]: constant(1),
    },
    expected: [{ labels: `scale_to_zero_time{environment="prd", ${service}}`, value: 600 }],
  },
  'operator:reconcile_success_ratio:rate5m': {
    series: {
      [own('controller_runtime_reconcile_total', `${controller}, result="success"`)]: growing(80),
      [own('controller_runtime_reconcile_total', `${controller}, result="requeue_after"`)]: growing(10),
      [own('controller_runtime_reconcile_total', `${controller}, result="error"`)]: growing(10),
    },
    expected: [{ labels: `operator:reconcile_success_ratio:rate5m{environment="prd", ${controller}}`, value: 0.9 }],
  },
  'operator:reconcile_duration_seconds': {
    series: histogram('controller_runtime_reconcile_time_seconds', [50, '1', '2'], controller),
    expected: [
      ['0.5', 1],
      ['0.95', 1.9],
      ['0.99', 1.98],
    ].map(([quantile, value]) => ({
      labels: `operator:reconcile_duration_seconds{environment="prd", ${controller}, quantile="${quantile}"}`,
      value: Number(value),
    })),
  },
  ...Object.fromEntries(
    ['5m', '30m', '1h', '6h'].flatMap((window): [string, RecordingCase][] => [
      [
        `slo:function_error_ratio:rate${window}`,
        { series: calls, expected: total(`slo:function_error_ratio:rate${window}`, 0.1) },
      ],
      [
        `slo:receiver_error_ratio:rate${window}`,
        { series: answers, expected: total(`slo:receiver_error_ratio:rate${window}`, 0.01) },
      ],
    ]),
  ),
  'namespace:container_memory_usage_bytes:sum': {
    series: { ...container(memory, mine, constant(5)), ...strangers },
    expected: [{ labels: `namespace:container_memory_usage_bytes:sum{environment="prd", ${mine}}`, value: 5 }],
  },
  'namespace:container_cpu_cores:rate5m': {
    series: cpu,
    expected: [{ labels: `namespace:container_cpu_cores:rate5m{environment="prd", ${mine}}`, value: 0.5 }],
  },
  'namespace:compute_cost_usd_per_hour:rate1h': {
    series: container('container_cpu_usage_seconds_total', mine, growing(180)),
    // three cores, from the samples of a window that is a third full
    expected: [{ labels: `namespace:compute_cost_usd_per_hour:rate1h{environment="prd", ${mine}}`, value: 0.04 }],
  },
  'eventing:dead_letters:max': {
    series: {
      [own('rabbitmq_detailed_queue_messages', 'vhost="/", queue="lambda-dlq", instance="a"')]: constant(3),
      [own('rabbitmq_detailed_queue_messages', 'vhost="/", queue="lambda-dlq", instance="b"')]: constant(3),
      [own('rabbitmq_detailed_queue_messages', 'vhost="/", queue="results"')]: constant(9),
    },
    expected: [{ labels: 'eventing:dead_letters:max{environment="prd", queue="lambda-dlq", vhost="/"}', value: 3 }],
  },
  'eventing:dead_letters_in:rate5m': {
    series: {
      [own('rabbitmq_detailed_queue_exchange_messages_published_total', 'queue="lambda-dlq", exchange="x"')]:
        growing(60),
    },
    expected: [{ labels: 'eventing:dead_letters_in:rate5m{environment="prd", queue="lambda-dlq"}', value: 1 }],
  },
  'eventing:queue_messages:max': {
    series: {
      [own('rabbitmq_detailed_queue_messages', 'vhost="/", queue="lambda-dlq"')]: constant(3),
      [own('rabbitmq_detailed_queue_messages', 'vhost="/", queue="results"')]: constant(9),
    },
    expected: [{ labels: 'eventing:queue_messages:max{environment="prd", queue="results", vhost="/"}', value: 9 }],
  },
};
