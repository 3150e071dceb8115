import { type Alert, ratio } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda';
const requests = 'knative_lambda_receiver_requests_total';
// Flagger adds -primary to the Deployment that serves
const deployment = 'deployment=~"knative-lambda-builder(-primary)?"';
const service = 'kn_service_name="lambda-command-receiver"';

/** The CloudEvents API: there, quick, and free of errors. */
export const receiverAlerts = {
  BuilderServiceDown: {
    expr: [
      `sum(kube_deployment_status_replicas_available{$control, ${deployment}}) == ${thresholds.builderDown.value}`,
      `(sum(kn_revision_pods_count{$env, ${service}}) == ${thresholds.builderDown.value} and sum(kn_revision_pods_desired{$env, ${service}}) > 0)`,
    ].join(' or '),
    threshold: thresholds.builderDown,
    priority: 'P0',
    summary: 'No pod of the CloudEvents API is healthy',
    description: 'Events are refused: out of memory, a crash loop, a failed image pull or a full node.',
    dashboard,
  },
  BuilderServiceAbsent: {
    expr: 'absent(up{$env, job="knative-lambda-builder"} == 1)',
    threshold: thresholds.targetAbsent,
    priority: 'P1',
    summary: 'Prometheus reads no metrics of the CloudEvents API',
    description: 'The receiver is gone, or its ServiceMonitor or NetworkPolicy is: no other alert about it can fire.',
    dashboard,
    // a Knative Service may have no pod while it idles
    when: ({ receiver }) => receiver.form === 'deployment',
    onNoData: true,
  },
  KnativeLambdaReceiverErrorRateHigh: {
    expr: `${ratio(`sum(rate(${requests}{$env, code=~"5.."}[5m]))`, `sum(rate(${requests}{$env}[5m]))`)} > ${thresholds.receiverErrorRatio.value}`,
    threshold: thresholds.receiverErrorRatio,
    priority: 'P2',
    summary: 'The CloudEvents API answers with errors',
    description: '{{ $value | humanizePercentage }} of the answers of the last 5 minutes are 5xx, more than 5 %.',
    dashboard,
  },
  KnativeLambdaReceiverLatencyHigh: {
    expr: `histogram_quantile(0.99, sum by (le, route) (rate(knative_lambda_receiver_request_duration_seconds_bucket{$env}[5m]))) > ${thresholds.receiverP99.value}`,
    threshold: thresholds.receiverP99,
    priority: 'P2',
    summary: 'The CloudEvents API is slow',
    description: 'One in a hundred requests to {{ $labels.route }} takes longer than {{ $value | humanizeDuration }}.',
    dashboard,
  },
  KnativeLambdaValidationFailuresHigh: {
    expr: `sum by (type) (rate(knative_lambda_receiver_validation_failures_total{$env}[5m])) / (sum by (type) (rate(cloudevents_received_total{$env}[5m])) > 0) > ${thresholds.validationFailureRatio.value}`,
    threshold: thresholds.validationFailureRatio,
    priority: 'P2',
    summary: 'Many events break the schema of their type',
    description:
      '{{ $value | humanizePercentage }} of the events of type {{ $labels.type }} are refused; a sender has changed.',
    dashboard,
  },
  KnativeLambdaActionsOverdue: {
    expr: `max(knative_lambda_supervision_overdue_actions{$env}) > ${thresholds.overdueActions.value}`,
    threshold: thresholds.overdueActions,
    priority: 'P2',
    summary: 'What supervised agents want to do waits too long for approval',
    description: '{{ $value }} actions have had no answer in the time that their agents allow.',
    dashboard,
  },
  HighLoad: {
    expr: `sum(rate(cloudevents_received_total{$env}[5m])) > ${thresholds.eventRate.value}`,
    threshold: thresholds.eventRate,
    priority: 'P3',
    summary: 'More than 1000 events a minute arrive',
    description: '{{ $value | humanize }} events arrive each second, more than the platform is planned for.',
    dashboard,
  },
} as const satisfies Readonly<Record<string, Alert>>;
