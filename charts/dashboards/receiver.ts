import { type Dashboard, lines, type Row, stat } from './dashboard.ts';
import { quantile, rate, share } from './promql.ts';
import { controlVariable, environmentVariable } from './variables.ts';

const requests = 'knative_lambda_receiver_requests_total';
const requestTime = 'knative_lambda_receiver_request_duration_seconds';
const received = 'cloudevents_received_total';
const dispatch = 'kn_eventing_dispatch_duration_seconds';

const overview: Row = {
  title: 'Overview',
  panels: [
    stat({
      title: 'Pods ready',
      question: 'Does the CloudEvents API run as a Deployment, and is it up?',
      unit: 'short',
      expr: 'sum by (namespace) (kube_deployment_status_replicas_ready{namespace=~"$control_namespace", deployment="knative-lambda-builder"})',
      legend: '{{namespace}}',
    }),
    stat({
      title: 'Requests',
      question: 'How much is asked?',
      unit: 'reqps',
      expr: rate(requests, { window: '5m' }),
    }),
    stat({
      title: 'Error ratio',
      question: 'Which share of the answers is a fault of ours?',
      unit: 'percentunit',
      expr: share(requests, 'code=~"5.."', { window: '5m' }),
      limits: { above: ['receiverErrorObjective', 'receiverErrorRatio'] },
    }),
    stat({
      title: 'P99',
      question: 'How long do senders wait?',
      unit: 's',
      expr: quantile(0.99, requestTime, { window: '5m' }),
      limits: { above: ['receiverP99'] },
    }),
    stat({
      title: 'Events',
      question: 'How many CloudEvents arrive?',
      unit: 'eps',
      expr: rate(received, { window: '5m' }),
      limits: { above: ['eventRate'] },
    }),
    stat({
      title: 'Failed events',
      question: 'Which share of the events has no effect because of a fault of ours?',
      unit: 'percentunit',
      expr: share('cloudevents_processing_duration_seconds_count', 'result="failed"', { window: '5m' }),
    }),
  ],
};

const api: Row = {
  title: 'Requests',
  panels: [
    lines({
      title: 'Requests by route and code',
      question: 'What is asked, and what is answered?',
      unit: 'reqps',
      queries: [{ expr: rate(requests, { by: 'route, code' }), legend: '{{route}} {{code}}' }],
      stacked: true,
    }),
    lines({
      title: 'Error ratio by route',
      question: 'Which route fails?',
      unit: 'percentunit',
      queries: [{ expr: share(requests, 'code=~"5.."', { by: 'route' }), legend: '{{route}}' }],
      limits: { above: ['receiverErrorRatio'] },
    }),
    lines({
      title: 'Duration by route',
      question: 'Which route is slow?',
      unit: 's',
      queries: [
        { expr: quantile(0.5, requestTime, { by: 'route' }), legend: '{{route}} P50' },
        { expr: quantile(0.99, requestTime, { by: 'route' }), legend: '{{route}} P99' },
      ],
      limits: { above: ['receiverP99'] },
    }),
  ],
};

const delivery: Row = {
  title: 'Events and their delivery',
  panels: [
    lines({
      title: 'Events by type',
      question: 'What is asked?',
      unit: 'eps',
      queries: [{ expr: rate(received, { by: 'type' }), legend: '{{type}}' }],
      stacked: true,
    }),
    lines({
      title: 'Duration of an event',
      question: 'How long from arrival to effect?',
      unit: 's',
      queries: [
        { expr: quantile(0.95, 'cloudevents_processing_duration_seconds', { by: 'type' }), legend: '{{type}} P95' },
      ],
    }),
    lines({
      title: 'Duplicates and refusals',
      question: 'Do senders repeat themselves or break the schema?',
      unit: 'eps',
      queries: [
        { expr: rate('knative_lambda_receiver_duplicates_total', { by: 'type' }), legend: '{{type}} again' },
        { expr: rate('knative_lambda_receiver_validation_failures_total', { by: 'type' }), legend: '{{type}} refused' },
      ],
    }),
    lines({
      title: 'Deliveries by broker and code',
      question: 'What do subscribers answer?',
      unit: 'reqps',
      queries: [
        {
          expr: rate(`${dispatch}_count`, { by: 'kn_broker_name, http_response_status_code' }),
          legend: '{{kn_broker_name}} {{http_response_status_code}}',
        },
      ],
    }),
    lines({
      title: 'Duration of a delivery',
      question: 'How long do subscribers take?',
      unit: 's',
      queries: [{ expr: quantile(0.95, dispatch, { by: 'kn_broker_name' }), legend: '{{kn_broker_name}} P95' }],
    }),
  ],
};
export const receiverDashboard: Dashboard = {
  uid: 'knative-lambda-receiver',
  title: 'Knative Lambda: CloudEvents API',
  purpose: 'Whether requests and events are taken, how quickly, and how they reach their subscribers.',
  refresh: '30s',
  range: '1h',
  variables: [environmentVariable, controlVariable],
  rows: [overview, api, delivery],
};
