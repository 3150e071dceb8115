import { type Dashboard, line, lines, type Row, stat } from './dashboard.ts';
import { chosen, increase, quantile, rate, share, total } from './promql.ts';
import { shared } from './shared-panels.ts';
import { environmentVariable } from './variables.ts';

const reconciles = 'controller_runtime_reconcile_total';
const reconcileTime = 'controller_runtime_reconcile_time_seconds';
const queueTime = 'workqueue_queue_duration_seconds';
const workTime = 'workqueue_work_duration_seconds';
const builds = 'knative_lambda_operator_build_duration_seconds';
const errors = 'knative_lambda_operator_errors_total';

const overview: Row = {
  title: 'Overview',
  panels: [
    stat({
      title: 'Leaders',
      question: 'Does exactly one operator pod lead?',
      unit: 'short',
      expr: `sum by (environment) (leader_election_master_status{${chosen}})`,
      legend: '{{environment}}',
    }),
    stat({
      title: 'Functions',
      question: 'How many functions are there?',
      unit: 'short',
      expr: total('knative_lambda_operator_lambdafunctions'),
    }),
    shared.agents,
    stat({
      title: 'Passes that succeed',
      question: 'Which share of the passes of all controllers ends without an error?',
      unit: 'percentunit',
      expr: share(reconciles, 'result!="error"', { window: '5m' }),
      limits: { below: ['reconcileSuccessRatio'] },
    }),
    stat({
      title: 'Errors in 5 minutes',
      question: 'How many steps failed lately?',
      unit: 'short',
      expr: increase(errors),
      limits: { above: ['operatorErrors'] },
    }),
    shared.waitingKeys,
  ],
};

const controllers: Row = {
  title: 'Controllers',
  panels: [
    lines({
      title: 'Passes by result',
      question: 'What does the operator do, and how does it end?',
      unit: 'ops',
      queries: [{ expr: rate(reconciles, { by: 'controller, result' }), legend: '{{controller}} {{result}}' }],
      stacked: true,
    }),
    lines({
      title: 'Duration of a pass',
      question: 'How long does a pass take?',
      unit: 's',
      queries: [
        { expr: quantile(0.5, reconcileTime, { by: 'controller' }), legend: '{{controller}} P50' },
        { expr: quantile(0.95, reconcileTime, { by: 'controller' }), legend: '{{controller}} P95' },
        { expr: quantile(0.99, reconcileTime, { by: 'controller' }), legend: '{{controller}} P99' },
      ],
      limits: { above: ['reconcileP95', 'reconcileP99'] },
    }),
    lines({
      title: 'Errors by step',
      question: 'Which step fails, and why?',
      unit: 'ops',
      queries: [{ expr: rate(errors, { by: 'component, error_type' }), legend: '{{component}} {{error_type}}' }],
    }),
    lines({
      title: 'Passes under way',
      question: 'Are all workers busy?',
      unit: 'short',
      queries: [
        { expr: total('controller_runtime_active_workers', { by: 'controller' }), legend: '{{controller}}' },
        {
          expr: `max by (controller) (controller_runtime_max_concurrent_reconciles{${chosen}})`,
          legend: '{{controller}} at most',
        },
      ],
    }),
    lines({
      title: 'Queue',
      question: 'Which controller has keys that wait?',
      unit: 'short',
      queries: [{ expr: total('workqueue_depth', { by: 'name' }), legend: '{{name}}' }],
      limits: { above: ['workqueueDepth'] },
    }),
    lines({
      title: 'Time in the queue and at work',
      question: 'How long does a change wait before it is looked at, and how long is it worked on?',
      unit: 's',
      queries: [
        { expr: quantile(0.95, queueTime, { by: 'name' }), legend: '{{name}} waits, P95' },
        { expr: quantile(0.95, workTime, { by: 'name' }), legend: '{{name}} works, P95' },
      ],
    }),
    lines({
      title: 'Keys added and tried again',
      question: 'Is the load new work, or failures that are repeated?',
      unit: 'ops',
      queries: [
        { expr: rate('workqueue_adds_total', { by: 'name' }), legend: '{{name}} added' },
        { expr: rate('workqueue_retries_total', { by: 'name' }), legend: '{{name}} again' },
      ],
    }),
  ],
};

const buildRow: Row = {
  title: 'Builds',
  panels: [
    lines({
      title: 'Build Jobs',
      question: 'How many builds run and wait, of how many that may run?',
      unit: 'short',
      queries: [
        { expr: total('knative_lambda_operator_build_jobs_active'), legend: 'running' },
        { expr: total('knative_lambda_operator_build_jobs_waiting'), legend: 'waiting' },
        {
          expr: `sum(max by (environment) (knative_lambda_operator_build_jobs_limit{${chosen}}))`,
          legend: 'at most',
        },
      ],
      limits: { above: ['buildJobs'] },
    }),
    lines({
      title: 'Duration of builds',
      question: 'How long does a build take, by runtime?',
      unit: 's',
      queries: [
        { expr: quantile(0.5, builds, { by: 'runtime', window: '1h' }), legend: '{{runtime}} P50' },
        { expr: quantile(0.95, builds, { by: 'runtime', window: '1h' }), legend: '{{runtime}} P95' },
      ],
      limits: { above: ['buildP95', 'buildP95Page'] },
    }),
    lines({
      title: 'Builds by result',
      question: 'How many builds end, and how?',
      unit: 'short',
      queries: [
        {
          expr: increase(`${builds}_count`, { by: 'runtime, result', window: '1h' }),
          legend: '{{runtime}} {{result}}',
        },
      ],
      stacked: true,
    }),
  ],
};

const program: Row = {
  title: 'API server and process',
  panels: [
    lines({
      title: 'Requests to the Kubernetes API',
      question: 'How much does the operator ask of the API server, and is it refused?',
      unit: 'reqps',
      queries: [{ expr: rate('rest_client_requests_total', { by: 'method, code' }), legend: '{{method}} {{code}}' }],
    }),
    lines({
      title: 'Silence of watches',
      question: 'Does a watch hang?',
      unit: 's',
      queries: [
        {
          expr: `max by (environment, resource) (knative_lambda_operator_watch_silence_seconds{${chosen}})`,
          legend: '{{environment}} {{resource}}',
        },
      ],
      limits: { above: ['watchSilence'] },
    }),
    lines({
      title: 'Watches and lists begun anew',
      question: 'Do watches end, and what makes a whole list necessary?',
      unit: 'ops',
      queries: [
        {
          expr: rate('knative_lambda_operator_watch_restarts_total', { by: 'resource' }),
          legend: '{{resource}} watch',
        },
        {
          expr: rate('knative_lambda_operator_relists_total', { by: 'resource, cause' }),
          legend: '{{resource}} list: {{cause}}',
        },
      ],
    }),
    lines({
      title: 'Objects in the cache',
      question: 'What takes the memory?',
      unit: 'short',
      queries: [
        {
          expr: `max by (resource) (knative_lambda_operator_cached_objects{${chosen}})`,
          legend: '{{resource}}',
        },
      ],
    }),
    line({
      title: 'Delay of the event loop',
      question: 'Is a pod too busy to answer?',
      unit: 's',
      expr: `max by (environment, pod) (knative_lambda_operator_event_loop_delay_seconds{${chosen}})`,
      legend: '{{environment}} {{pod}}',
    }),
    lines({
      title: 'Lifecycle events sent',
      question: 'Do events about functions reach the broker?',
      unit: 'eps',
      queries: [
        {
          expr: rate('knative_lambda_operator_events_sent_total', { by: 'type, result' }),
          legend: '{{type}} {{result}}',
        },
      ],
    }),
    line({
      title: 'Lifecycle events that wait',
      question: 'Is the broker away?',
      unit: 'short',
      expr: total('knative_lambda_operator_events_pending', { by: 'environment' }),
      legend: '{{environment}}',
    }),
    line({
      title: 'Versions',
      question: 'Which version runs where?',
      unit: 'short',
      expr: `count by (environment, version, commit) (knative_lambda_operator_build_info{${chosen}})`,
      legend: '{{environment}} {{version}} {{commit}}',
    }),
  ],
};

export const operatorDashboard: Dashboard = {
  uid: 'knative-lambda-operator',
  title: 'Knative Lambda: operator',
  purpose: 'Whether the operator keeps up with what people ask for, and where it fails.',
  refresh: '30s',
  range: '1h',
  variables: [environmentVariable],
  rows: [overview, controllers, buildRow, program],
};
