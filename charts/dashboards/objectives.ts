import { thresholds } from '../rules/thresholds.ts';
import { type Dashboard, gauge, line, lines, type Row, stat, table } from './dashboard.ts';
import { chosen, increase, quantile, rate, share } from './promql.ts';
import { environmentVariable } from './variables.ts';

const invocations = 'knative_lambda_function_invocations_total';
const requests = 'knative_lambda_receiver_requests_total';
const failed = 'status!="success"';
const broken = 'code=~"5.."';

/** An objective: errors as a share of everything, against the share that is permitted. */
interface Objective {
  readonly title: string;
  readonly counter: string;
  readonly matcher: string;
  /** Recorded error ratio, without its window. */
  readonly recorded: string;
  readonly permitted: 'functionErrorObjective' | 'receiverErrorObjective';
}

const objectives: readonly Objective[] = [
  {
    title: 'functions',
    counter: invocations,
    matcher: failed,
    recorded: 'slo:function_error_ratio',
    permitted: 'functionErrorObjective',
  },
  {
    title: 'CloudEvents API',
    counter: requests,
    matcher: broken,
    recorded: 'slo:receiver_error_ratio',
    permitted: 'receiverErrorObjective',
  },
];

/** Windows of the burn-rate alerts. */
const burnWindows = ['5m', '30m', '1h', '6h'] as const;

/** As long as Prometheus keeps its data; a longer window would show less than it says. */
const retention = '7d';

const overview: Row = {
  title: 'Objectives',
  panels: objectives.flatMap(({ title, counter, matcher, permitted }) => {
    const errors = share(counter, matcher, { window: retention });
    return [
      stat({
        title: `Available, 7 days: ${title}`,
        question: `Which share of what was asked of ${title} in the last 7 days was answered without a fault?`,
        unit: 'percentunit',
        expr: `1 - ${errors}`,
      }),
      gauge({
        title: `Errors, 7 days: ${title}`,
        question: 'Is the objective kept?',
        unit: 'percentunit',
        expr: errors,
        limits: { above: [permitted] },
      }),
      stat({
        title: `Budget left: ${title}`,
        question: 'Which share of the permitted errors of 7 days is left? Below 0 it is overdrawn.',
        unit: 'percentunit',
        expr: `1 - ${errors} / ${thresholds[permitted].value}`,
      }),
    ];
  }),
};

const burn: Row = {
  title: 'Burn rate',
  panels: objectives.map(({ title, recorded, permitted }) =>
    lines({
      title: `Burn rate: ${title}`,
      question: 'How many times faster than permitted is the budget used? The windows are those of the alerts.',
      width: 12,
      unit: 'short',
      queries: burnWindows.map((window) => ({
        expr: `max by (environment) (${recorded}:rate${window}{${chosen}}) / ${thresholds[permitted].value}`,
        legend: `{{environment}} ${window}`,
      })),
      limits: { above: ['slowBurn', 'fastBurn'] },
    }),
  ),
};

const symptoms: Row = {
  title: 'What users see',
  panels: [
    lines({
      title: 'Error ratio',
      question: 'Who fails now?',
      unit: 'percentunit',
      queries: objectives.map(({ title, counter, matcher }) => ({
        expr: share(counter, matcher, { by: 'environment' }),
        legend: `{{environment}} ${title}`,
      })),
      limits: { above: ['receiverErrorObjective', 'functionErrorObjective'] },
    }),
    lines({
      title: 'P95 of invocations',
      question: 'Do functions answer within a second?',
      unit: 's',
      queries: [
        {
          expr: quantile(0.95, 'knative_lambda_function_duration_seconds', { by: 'environment' }),
          legend: '{{environment}}',
        },
      ],
      limits: { above: ['functionP95'] },
    }),
    lines({
      title: 'P99 of requests',
      question: 'Does the CloudEvents API answer within a second?',
      unit: 's',
      queries: [
        {
          expr: quantile(0.99, 'knative_lambda_receiver_request_duration_seconds', { by: 'environment' }),
          legend: '{{environment}}',
        },
      ],
      limits: { above: ['receiverP99'] },
    }),
    line({
      title: 'Cold start ratio',
      question: 'Which share of the invocations waits for a start?',
      unit: 'percentunit',
      expr: `max by (environment, function) (function:cold_start_ratio:rate10m{${chosen}})`,
      legend: '{{environment}} {{function}}',
      limits: { above: ['coldStartRatio'] },
    }),
    line({
      title: 'Duration of builds',
      question: 'How long does a change wait for its image?',
      unit: 's',
      expr: quantile(0.95, 'knative_lambda_operator_build_duration_seconds', { by: 'environment', window: '1h' }),
      legend: '{{environment}}',
      limits: { above: ['buildP95', 'buildP95Page'] },
    }),
    line({
      title: 'Builds that succeed',
      question: 'Which share of the builds of the last hour succeeded?',
      unit: 'percentunit',
      expr: `max by (environment) (builds_success_rate{${chosen}})`,
      legend: '{{environment}}',
      limits: { below: ['buildSuccessRatio'] },
    }),
    table({
      title: 'Worst functions',
      question: 'Who uses the budget up?',
      unit: 'short',
      queries: [
        {
          expr: `topk(10, ${increase(invocations, { where: `${chosen}, ${failed}`, by: 'environment, function', window: '1h' })})`,
          legend: 'Failures in 1 h',
        },
      ],
    }),
    line({
      title: 'Passes of the operator that fail',
      question: 'Is the operator the cause?',
      unit: 'ops',
      expr: rate('controller_runtime_reconcile_errors_total', { by: 'environment, controller' }),
      legend: '{{environment}} {{controller}}',
    }),
  ],
};

export const objectivesDashboard: Dashboard = {
  uid: 'knative-lambda-sre',
  title: 'Knative Lambda: objectives',
  purpose: 'What users are promised, how much of the error budget is used, and how quickly.',
  refresh: '30s',
  range: '6h',
  variables: [environmentVariable],
  rows: [overview, burn, symptoms],
};
