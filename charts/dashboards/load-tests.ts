import { type Dashboard, line, lines, type Row, stat, table } from './dashboard.ts';
import { chosen, quantile, rate, ratio, share, total } from './promql.ts';
import { environmentVariable } from './variables.ts';

const run = 'testid=~"$testid"';
const invocations = 'knative_lambda_function_invocations_total';
const coldStarts = 'knative_lambda_function_cold_starts_total';
const percentiles = ['p50', 'p90', 'p95', 'p99'] as const;

const overview: Row = {
  title: 'Run',
  panels: [
    stat({
      title: 'Virtual users',
      question: 'How many users does the test play?',
      unit: 'short',
      expr: `sum(k6_vus{${run}})`,
    }),
    stat({
      title: 'Iterations',
      question: 'How many times was the script run through?',
      unit: 'short',
      expr: `sum(k6_iterations_total{${run}})`,
    }),
    stat({
      title: 'Requests',
      question: 'How much load is there?',
      unit: 'reqps',
      expr: rate('k6_http_reqs_total', { where: run, window: '1m' }),
    }),
    stat({
      title: 'Failed requests',
      question: 'Which share of the requests fails?',
      unit: 'percentunit',
      expr: `max(k6_http_req_failed_rate{${run}})`,
      limits: { above: ['functionErrorObjective'] },
    }),
    stat({
      title: 'P95',
      question: 'How long do users wait?',
      unit: 's',
      expr: `max(k6_http_req_duration_p95{${run}})`,
      limits: { above: ['functionP95'] },
    }),
    stat({
      title: 'Checks',
      question: 'Which share of the checks holds, in the worst case?',
      unit: 'percentunit',
      expr: `min(k6_checks_rate{${run}})`,
    }),
  ],
};

const requests: Row = {
  title: 'Requests',
  panels: [
    lines({
      title: 'Duration',
      question: 'How does the duration grow with the load?',
      unit: 's',
      queries: percentiles.map((percentile) => ({
        expr: `max by (testid) (k6_http_req_duration_${percentile}{${run}})`,
        legend: `{{testid}} ${percentile}`,
      })),
      limits: { above: ['functionP95'] },
    }),
    lines({
      title: 'Where the time goes',
      question: 'Is it the connection or the answer?',
      unit: 's',
      queries: [
        { expr: `max by (scenario) (k6_http_req_connecting_p95{${run}})`, legend: '{{scenario}} connect P95' },
        { expr: `max by (scenario) (k6_http_req_waiting_p95{${run}})`, legend: '{{scenario}} wait P95' },
      ],
    }),
    line({
      title: 'Requests by status',
      question: 'What is answered?',
      unit: 'reqps',
      expr: rate('k6_http_reqs_total', { where: run, by: 'scenario, status' }),
      legend: '{{scenario}} {{status}}',
      stacked: true,
    }),
    line({
      title: 'Virtual users over time',
      question: 'Which stage is the test in?',
      unit: 'short',
      expr: `sum by (testid) (k6_vus{${run}})`,
      legend: '{{testid}}',
    }),
    lines({
      title: 'Bytes',
      question: 'How much goes over the network?',
      unit: 'Bps',
      queries: [
        { expr: rate('k6_data_sent_total', { where: run }), legend: 'sent' },
        { expr: rate('k6_data_received_total', { where: run }), legend: 'received' },
      ],
    }),
    table({
      title: 'Checks by name',
      question: 'Which check fails?',
      width: 8,
      unit: 'percentunit',
      queries: [{ expr: `min by (check) (k6_checks_rate{${run}})`, legend: 'Holds' }],
    }),
  ],
};

const platform: Row = {
  title: 'The platform under load',
  panels: [
    line({
      title: 'Invocations',
      question: 'Does the load arrive?',
      unit: 'reqps',
      expr: rate(invocations, { by: 'status' }),
      legend: '{{status}}',
      stacked: true,
    }),
    line({
      title: 'Error ratio',
      question: 'Do functions fail under load?',
      unit: 'percentunit',
      expr: share(invocations, 'status!="success"'),
      limits: { above: ['functionErrorObjective'] },
    }),
    line({
      title: 'Cold start ratio',
      question: 'Does scaling keep ahead of the load?',
      unit: 'percentunit',
      expr: ratio(rate(coldStarts), rate(invocations)),
      limits: { above: ['coldStartRatio'] },
    }),
    line({
      title: 'Operator queue',
      question: 'Does the operator keep up?',
      unit: 'short',
      expr: total('workqueue_depth', { by: 'name' }),
      legend: '{{name}}',
      limits: { above: ['workqueueDepth'] },
    }),
    line({
      title: 'P95 of a pass',
      question: 'Do passes get slower?',
      unit: 's',
      expr: quantile(0.95, 'controller_runtime_reconcile_time_seconds', { by: 'controller' }),
      legend: '{{controller}}',
      limits: { above: ['reconcileP95'] },
    }),
    line({
      title: 'Functions ready',
      question: 'Do functions fall over?',
      unit: 'short',
      expr: total('knative_lambda_operator_lambdafunctions', { where: `${chosen}, phase="Ready"` }),
      legend: 'ready',
    }),
  ],
};

export const loadTestsDashboard: Dashboard = {
  uid: 'k6-knative-lambda',
  title: 'Knative Lambda: load tests',
  purpose: 'What k6 measures from outside, beside what the platform measures of itself.',
  refresh: '10s',
  range: '30m',
  variables: [environmentVariable, { name: 'testid', label: 'Test run', metric: 'k6_http_reqs_total', from: 'testid' }],
  rows: [overview, requests, platform],
};
