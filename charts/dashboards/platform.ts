import { type Dashboard, line, lines, type Row, stat, table } from './dashboard.ts';
import { chosen, increase, quantile, rate, ratio, share, total } from './promql.ts';
import { shared } from './shared-panels.ts';
import { controlVariable, environmentVariable, namespaceVariable } from './variables.ts';

const builds = 'knative_lambda_operator_build_duration_seconds';
const active = 'knative_lambda_operator_build_jobs_active';
const limit = `sum(max by (environment) (knative_lambda_operator_build_jobs_limit{${chosen}}))`;
const invocations = 'knative_lambda_function_invocations_total';
const control = 'namespace=~"$control_namespace"';

const signals: Row = {
  title: 'Golden signals',
  panels: [
    stat({
      title: 'Latency: P95 of a build',
      question: 'How long does a change wait for its image?',
      unit: 's',
      expr: quantile(0.95, builds, { window: '1h' }),
      limits: { above: ['buildP95', 'buildP95Page'] },
    }),
    stat({
      title: 'Traffic: events',
      question: 'How many CloudEvents arrive?',
      unit: 'eps',
      expr: rate('cloudevents_received_total', { window: '5m' }),
      limits: { above: ['eventRate'] },
    }),
    stat({
      title: 'Errors: failed builds',
      question: 'Which share of the builds of the last hour failed?',
      unit: 'percentunit',
      expr: share(`${builds}_count`, 'result="failed"', { window: '1h' }),
      limits: { above: ['buildFailureRatio', 'buildFailureRatioPage'] },
    }),
    stat({
      title: 'Saturation: build Jobs',
      question: 'How many builds run?',
      unit: 'short',
      expr: total(active),
      limits: { above: ['buildJobs'] },
    }),
    stat({
      title: 'Builds of those permitted',
      question: 'Is it time to permit more?',
      unit: 'percentunit',
      expr: ratio(total(active), limit),
      limits: { above: ['buildJobsUsed'] },
    }),
    shared.waitingKeys,
  ],
};

const business: Row = {
  title: 'What people notice',
  panels: [
    stat({
      title: 'Builds that succeed',
      question: 'Which share of the builds of the last hour succeeded?',
      unit: 'percentunit',
      expr: `min(builds_success_rate{${chosen}})`,
      limits: { below: ['buildSuccessRatio'] },
    }),
    stat({
      title: 'Cold start, P95',
      question: 'How long does the first answer of a new pod take?',
      unit: 's',
      expr: `max(cold_start_duration{${chosen}, quantile="0.95"})`,
      limits: { above: ['coldStartP95', 'coldStartScaleUp'] },
    }),
    stat({
      title: 'Time to zero',
      question: 'How long do pods stay that nobody wants?',
      unit: 's',
      expr: `max(scale_to_zero_time{${chosen}})`,
      limits: { above: ['scaleToZeroTime'] },
    }),
    stat({
      title: 'Time to scale up',
      question: 'How long do functions lack pods?',
      unit: 's',
      expr: `max(scale_up_time{${chosen}})`,
      limits: { above: ['scaleUpTime'] },
    }),
    stat({
      title: 'Function errors',
      question: 'Which share of the invocations fails?',
      unit: 'percentunit',
      expr: share(invocations, 'status!="success"', { window: '5m' }),
      limits: { above: ['functionErrorObjective'] },
    }),
    stat({
      title: 'Dead letters',
      question: 'How many events could nobody handle?',
      unit: 'short',
      expr: `sum(eventing:dead_letters:max{${chosen}})`,
      limits: { above: ['deadLetters'] },
    }),
  ],
};

const load: Row = {
  title: 'Functions and agents',
  panels: [
    line({
      title: 'Functions by phase',
      question: 'Where do functions stand?',
      unit: 'short',
      expr: total('knative_lambda_operator_lambdafunctions', {
        where: `${chosen}, function_namespace=~"$namespace"`,
        by: 'phase',
      }),
      legend: '{{phase}}',
      stacked: true,
    }),
    line({
      title: 'Agents by phase',
      question: 'Where do agents stand?',
      unit: 'short',
      expr: total('knative_lambda_operator_lambdaagents', { by: 'phase' }),
      legend: '{{phase}}',
      stacked: true,
    }),
    lines({
      title: 'Invocations by status',
      question: 'How much is asked of functions, and how does it end?',
      unit: 'reqps',
      queries: [
        {
          expr: rate(invocations, { where: `${chosen}, function_namespace=~"$namespace"`, by: 'status' }),
          legend: '{{status}}',
        },
      ],
      stacked: true,
    }),
    line({
      title: 'Memory by namespace',
      question: 'Who uses the memory?',
      unit: 'bytes',
      expr: `sum by (namespace) (namespace:container_memory_usage_bytes:sum{${chosen}})`,
      legend: '{{namespace}}',
      stacked: true,
    }),
    line({
      title: 'CPU by namespace',
      question: 'Who uses the cores?',
      unit: 'short',
      expr: `sum by (namespace) (namespace:container_cpu_cores:rate5m{${chosen}})`,
      legend: '{{namespace}}',
      stacked: true,
    }),
    line({
      title: 'Restarts in 1 hour',
      question: 'Which container of operator or receiver crashes?',
      unit: 'short',
      expr: increase('kube_pod_container_status_restarts_total', {
        where: control,
        by: 'namespace, container',
        window: '1h',
      }),
      legend: '{{namespace}} {{container}}',
    }),
  ],
};

const ground: Row = {
  title: 'What it stands on',
  panels: [
    table({
      title: 'Canaries',
      question: 'Which releases are under way? 0 runs, 1 succeeded, 2 failed.',
      width: 12,
      unit: 'short',
      queries: [{ expr: `max by (namespace, name) (flagger_canary_status{${control}})`, legend: 'Status' }],
    }),
    table({
      title: 'Quota',
      question: 'Which quota is nearly used up?',
      width: 12,
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (namespace, resource) (kube_resourcequota{${control}, type="used"}) / (max by (namespace, resource) (kube_resourcequota{${control}, type="hard"}) > 0)`,
          legend: 'Used',
        },
      ],
    }),
    table({
      title: 'Certificates',
      question: 'Which certificate ends, and when?',
      width: 12,
      unit: 's',
      queries: [
        {
          expr: `min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds{${control}} > 0) - time()`,
          legend: 'Left',
        },
      ],
      limits: { below: ['certificateExpiry', 'certificateExpiryPage'] },
    }),
    table({
      title: 'Delivery by Flux',
      question: 'Which Kustomizations of the cluster are not ready or suspended, and at which revision?',
      unit: 'short',
      queries: [
        {
          expr: 'count by (name, ready, suspended, revision) (gotk_resource_info{customresource_kind="Kustomization"})',
          legend: 'Objects',
        },
      ],
    }),
    table({
      title: 'Targets that do not answer',
      question: 'What does Prometheus read, and does it answer? 0 does not.',
      width: 12,
      unit: 'short',
      queries: [{ expr: `min by (environment, job) (up{${chosen}})`, legend: 'Up' }],
    }),
  ],
};

export const platformDashboard: Dashboard = {
  uid: 'knative-lambda',
  title: 'Knative Lambda',
  purpose: 'The platform at a glance: golden signals, what people notice, and what it stands on.',
  refresh: '30s',
  range: '1h',
  variables: [environmentVariable, controlVariable, namespaceVariable],
  rows: [signals, business, load, ground],
};
