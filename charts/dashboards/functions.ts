import { bars, type Dashboard, line, lines, type Row, stat, table } from './dashboard.ts';
import { chosen, increase, quantile, rate, ratio, share, total } from './promql.ts';
import { environmentVariable, functionVariable, namespaceVariable } from './variables.ts';

const invocations = 'knative_lambda_function_invocations_total';
const duration = 'knative_lambda_function_duration_seconds';
const coldStarts = 'knative_lambda_function_cold_starts_total';
const coldStartTime = 'knative_lambda_function_cold_start_seconds';
const phases = 'knative_lambda_operator_lambdafunctions';

const inNamespace = `${chosen}, function_namespace=~"$namespace"`;
const where = `${inNamespace}, function=~"$function"`;
const by = 'function, function_namespace';
const legend = '{{function}}';
const revisions = `${chosen}, k8s_namespace_name=~"$namespace", kn_service_name=~"$function"`;

const overview: Row = {
  title: 'Overview',
  panels: [
    stat({
      title: 'Functions',
      question: 'How many functions are there?',
      unit: 'short',
      expr: total(phases, { where: inNamespace }),
    }),
    stat({
      title: 'Not ready',
      question: 'Which share of the functions does not serve?',
      unit: 'percentunit',
      expr: ratio(
        `sum(${phases}{${inNamespace}, phase!~"Ready|Deleting"})`,
        `sum(${phases}{${inNamespace}, phase!="Deleting"})`,
      ),
      limits: { above: ['functionsNotReady'] },
    }),
    stat({
      title: 'Invocations',
      question: 'How much is asked of functions?',
      unit: 'reqps',
      expr: rate(invocations, { where, window: '5m' }),
    }),
    stat({
      title: 'Error ratio',
      question: 'Which share of the invocations fails?',
      unit: 'percentunit',
      expr: share(invocations, 'status!="success"', { where, window: '5m' }),
      limits: { above: ['functionErrorObjective'] },
    }),
    stat({
      title: 'P95',
      question: 'How long do people wait?',
      unit: 's',
      expr: quantile(0.95, duration, { where, window: '5m' }),
      limits: { above: ['functionP95'] },
    }),
    stat({
      title: 'Cold starts',
      question: 'Which share of the invocations waits for a start?',
      unit: 'percentunit',
      expr: ratio(rate(coldStarts, { where, window: '10m' }), rate(invocations, { where, window: '10m' })),
      limits: { above: ['coldStartRatio'] },
    }),
  ],
};

const perFunction: Row = {
  title: 'Rate, errors, duration',
  panels: [
    lines({
      title: 'Invocations by function',
      question: 'Which function is asked how often?',
      unit: 'reqps',
      queries: [{ expr: rate(invocations, { where, by }), legend }],
      stacked: true,
    }),
    lines({
      title: 'Error ratio by function',
      question: 'Which function fails?',
      unit: 'percentunit',
      queries: [{ expr: share(invocations, 'status!="success"', { where, by }), legend }],
      limits: { above: ['functionErrorObjective'] },
    }),
    lines({
      title: 'Errors by kind',
      question: 'Why do functions fail?',
      unit: 'reqps',
      queries: [
        {
          expr: rate('knative_lambda_function_errors_total', { where, by: 'function, error_type' }),
          legend: '{{function}} {{error_type}}',
        },
      ],
    }),
    ...([0.5, 0.95, 0.99] as const).map((q) =>
      lines({
        title: `P${q * 100} by function`,
        question: `How long does an invocation take, for ${q * 100} of 100?`,
        unit: 's',
        queries: [{ expr: quantile(q, duration, { where, by }), legend }],
        limits: { above: ['functionP95'] },
      }),
    ),
    table({
      title: 'Functions',
      question: 'Which function is worst?',
      unit: 'short',
      queries: [
        { expr: rate(invocations, { where, by, window: '5m' }), legend: 'Invocations', unit: 'reqps' },
        {
          expr: share(invocations, 'status!="success"', { where, by, window: '5m' }),
          legend: 'Error ratio',
          unit: 'percentunit',
        },
        { expr: quantile(0.95, duration, { where, by, window: '5m' }), legend: 'P95', unit: 's' },
        { expr: increase(coldStarts, { where, by, window: '1h' }), legend: 'Cold starts in 1 h' },
      ],
    }),
  ],
};

const starts: Row = {
  title: 'Starts and scale',
  panels: [
    lines({
      title: 'Cold starts by function',
      question: 'Which function starts again and again?',
      unit: 'cps',
      queries: [{ expr: rate(coldStarts, { where, by }), legend }],
    }),
    lines({
      title: 'Duration of a cold start',
      question: 'How long does the first answer of a new pod take?',
      unit: 's',
      queries: [{ expr: quantile(0.95, coldStartTime, { where, by, window: '10m' }), legend }],
      limits: { above: ['coldStartP95', 'coldStartScaleUp'] },
    }),
    lines({
      title: 'Pods',
      question: 'Does each function have the pods that it needs?',
      unit: 'short',
      queries: [
        {
          expr: `sum by (kn_service_name) (kn_revision_pods_desired{${revisions}})`,
          legend: '{{kn_service_name}} wanted',
        },
        {
          expr: `sum by (kn_service_name) (kn_revision_pods_count{${revisions}})`,
          legend: '{{kn_service_name}} there',
        },
      ],
    }),
    line({
      title: 'Time to scale up',
      question: 'How long did a function lack pods?',
      unit: 's',
      expr: `max by (kn_service_name) (scale_up_time{${revisions}})`,
      legend: '{{kn_service_name}}',
      limits: { above: ['scaleUpTime'] },
    }),
    line({
      title: 'Time to zero',
      question: 'How long do pods stay that nobody wants?',
      unit: 's',
      expr: `max by (kn_service_name) (scale_to_zero_time{${revisions}})`,
      legend: '{{kn_service_name}}',
      limits: { above: ['scaleToZeroTime'] },
    }),
    bars({
      title: 'Functions by phase',
      question: 'Where do functions stand?',
      unit: 'short',
      expr: total(phases, { where: inNamespace, by: 'phase' }),
      legend: '{{phase}}',
    }),
  ],
};

export const functionsDashboard: Dashboard = {
  uid: 'knative-lambda-functions',
  title: 'Knative Lambda: functions',
  purpose: 'How each function serves: rate, errors, duration, starts and pods.',
  refresh: '30s',
  range: '1h',
  variables: [environmentVariable, namespaceVariable, functionVariable],
  rows: [overview, perFunction, starts],
};
