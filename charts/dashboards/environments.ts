import { bars, type Dashboard, line, type Row, stat, table } from './dashboard.ts';
import { chosen, increase, quantile, share } from './promql.ts';
import { environmentVariable } from './variables.ts';

const builds = 'knative_lambda_operator_build_duration_seconds';
const up = `max by (environment) (up{${chosen}, job="knative-lambda-builder"})`;
const failures = share('knative_lambda_function_invocations_total', 'status!="success"', {
  by: 'environment',
  window: '5m',
});
const cores = `sum by (environment) (namespace:container_cpu_cores:rate5m{${chosen}})`;
const memory = `sum by (environment) (namespace:container_memory_usage_bytes:sum{${chosen}})`;
const buildTime = quantile(0.95, builds, { by: 'environment', window: '1h' });
const buildSuccess = share(`${builds}_count`, 'result="success"', { by: 'environment', window: '5m' });

/** Dashboards that a row of the table opens with its environment chosen. */
const perEnvironment = [
  'knative-lambda',
  'knative-lambda-operator',
  'knative-lambda-functions',
  'knative-lambda-agents',
  'knative-lambda-receiver',
  'knative-lambda-eventing',
  'knative-lambda-sre',
  'knative-lambda-cost',
] as const;

const side: Row = {
  title: 'Side by side',
  panels: [
    table({
      title: 'Environments',
      question: 'How does each environment do? Its name opens the dashboards of that environment.',
      unit: 'short',
      queries: [
        { expr: up, legend: 'Up' },
        { expr: `sum by (environment) (knative_lambda_operator_lambdafunctions{${chosen}})`, legend: 'Functions' },
        { expr: failures, legend: 'Function errors', unit: 'percentunit' },
        { expr: buildTime, legend: 'P95 of a build', unit: 's' },
        { expr: `sum by (environment) (eventing:dead_letters:max{${chosen}})`, legend: 'Dead letters' },
        { expr: memory, legend: 'Memory', unit: 'bytes' },
        { expr: cores, legend: 'Cores' },
      ],
      links: { column: 'environment', dashboards: perEnvironment },
    }),
    stat({
      title: 'Deployments by environment',
      question: 'In which environments does the CloudEvents API answer?',
      width: 24,
      unit: 'short',
      expr: up,
      legend: '{{environment}}',
      states: { 0: { text: 'down', color: 'red' }, 1: { text: 'up', color: 'green' } },
    }),
  ],
};

const delivery: Row = {
  title: 'Builds',
  panels: [
    line({
      title: 'Build success by environment',
      question: 'Where do builds fail now?',
      unit: 'percentunit',
      expr: buildSuccess,
      legend: '{{environment}}',
      limits: { below: ['buildSuccessRatio'] },
    }),
    line({
      title: 'P95 build duration by environment',
      question: 'Where does a change wait longest?',
      unit: 's',
      expr: buildTime,
      legend: '{{environment}}',
      limits: { above: ['buildP95', 'buildP95Page'] },
    }),
    bars({
      title: 'Builds by environment, 24 hours',
      question: 'Where is most work done?',
      unit: 'short',
      expr: increase(`${builds}_count`, { by: 'environment', window: '24h' }),
      legend: '{{environment}}',
    }),
  ],
};

const use: Row = {
  title: 'Resources',
  panels: [
    line({
      title: 'Memory by environment',
      question: 'Which environment uses the memory?',
      width: 12,
      unit: 'bytes',
      expr: memory,
      legend: '{{environment}}',
      stacked: true,
    }),
    line({
      title: 'Cores by environment',
      question: 'Which environment uses the CPU?',
      width: 12,
      unit: 'short',
      expr: cores,
      legend: '{{environment}}',
      stacked: true,
    }),
  ],
};

export const environmentsDashboard: Dashboard = {
  uid: 'knative-lambda-environments',
  title: 'Knative Lambda: environments',
  purpose: 'All environments side by side, each with the way into its own dashboards.',
  refresh: '1m',
  range: '6h',
  variables: [environmentVariable],
  rows: [side, delivery, use],
};
