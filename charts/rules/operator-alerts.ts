import { type Alert, ratio } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda-operator';
const deployment = 'deployment="knative-lambda-operator"';

/** The controller: whether it is there, leads, keeps up and succeeds. */
export const operatorAlerts = {
  KnativeLambdaOperatorNotReady: {
    expr: `kube_deployment_status_replicas_ready{$control, ${deployment}} < on (namespace, deployment) kube_deployment_spec_replicas{$control, ${deployment}}`,
    threshold: thresholds.operatorNotReady,
    priority: 'P2',
    summary: 'A pod of the operator is not ready',
    description: '{{ $value }} pods are ready, fewer than the Deployment asks for. Functions are still reconciled.',
    dashboard,
  },
  KnativeLambdaOperatorDown: {
    expr: `kube_deployment_status_replicas_available{$control, ${deployment}} == ${thresholds.operatorDown.value}`,
    threshold: thresholds.operatorDown,
    priority: 'P0',
    summary: 'No pod of the operator is available',
    description: 'Functions keep running, but no change to a LambdaFunction or LambdaAgent has an effect.',
    dashboard,
  },
  KnativeLambdaOperatorAbsent: {
    expr: 'absent(up{$env, job="knative-lambda-operator"} == 1)',
    threshold: thresholds.targetAbsent,
    priority: 'P1',
    summary: 'Prometheus reads no metrics of the operator',
    description: 'The operator is gone, or its ServiceMonitor or NetworkPolicy is: no other alert about it can fire.',
    dashboard,
    onNoData: true,
  },
  KnativeLambdaOperatorLeaderless: {
    expr: `sum by (name) (leader_election_master_status{$env}) < ${thresholds.leaders.value}`,
    threshold: thresholds.leaders,
    priority: 'P0',
    summary: 'No pod of the operator leads',
    description: 'Pods run and none of them holds the lease {{ $labels.name }}, so nothing is reconciled.',
    dashboard,
  },
  KnativeLambdaOperatorWatchSilent: {
    expr: `max by (resource) (knative_lambda_operator_watch_silence_seconds{$env}) > ${thresholds.watchSilence.value}`,
    threshold: thresholds.watchSilence,
    priority: 'P2',
    summary: 'A watch of the operator has gone silent',
    description:
      'The watch of {{ $labels.resource }} has told nothing for {{ $value | humanizeDuration }}; changes are not seen.',
    dashboard,
  },
  KnativeLambdaHighErrorRate: {
    expr: `sum(rate(knative_lambda_operator_errors_total{$env}[5m])) / (sum(rate(controller_runtime_reconcile_total{$env}[5m])) > 0) > ${thresholds.operatorErrorRatio.value}`,
    threshold: thresholds.operatorErrorRatio,
    priority: 'P2',
    summary: 'The operator makes too many errors',
    description: '{{ $value | humanizePercentage }} of passes met an error, more than 1 %.',
    dashboard,
  },
  KnativeLambdaOperatorErrorsHigh: {
    expr: `sum by (component, error_type) (increase(knative_lambda_operator_errors_total{$env}[5m])) > ${thresholds.operatorErrors.value}`,
    threshold: thresholds.operatorErrors,
    priority: 'P2',
    summary: 'One step of the operator keeps failing',
    description: '{{ $labels.component }} failed {{ $value | humanize }} times in 5 minutes: {{ $labels.error_type }}.',
    dashboard,
  },
  KnativeLambdaReconcileSuccessRateLow: {
    expr: `operator:reconcile_success_ratio:rate5m{$env} < ${thresholds.reconcileSuccessRatio.value}`,
    threshold: thresholds.reconcileSuccessRatio,
    priority: 'P2',
    summary: 'Too many passes of a controller fail',
    description:
      '{{ $value | humanizePercentage }} of the passes of {{ $labels.controller }} succeed, fewer than 99 %.',
    dashboard,
  },
  KnativeLambdaReconcileDurationHigh: {
    expr: `operator:reconcile_duration_seconds{$env, quantile="0.95"} > ${thresholds.reconcileP95.value}`,
    threshold: thresholds.reconcileP95,
    priority: 'P2',
    summary: 'Passes of a controller are slow',
    description: 'One in twenty passes of {{ $labels.controller }} takes longer than {{ $value | humanizeDuration }}.',
    dashboard,
  },
  KnativeLambdaHighLatency: {
    expr: `operator:reconcile_duration_seconds{$env, quantile="0.99"} > ${thresholds.reconcileP99.value}`,
    threshold: thresholds.reconcileP99,
    priority: 'P2',
    summary: 'Some passes of a controller take very long',
    description:
      'One in a hundred passes of {{ $labels.controller }} takes longer than {{ $value | humanizeDuration }}.',
    dashboard,
  },
  KnativeLambdaWorkqueueDepthHigh: {
    expr: `sum by (name) (workqueue_depth{$env}) > ${thresholds.workqueueDepth.value}`,
    threshold: thresholds.workqueueDepth,
    priority: 'P2',
    summary: 'The operator does not keep up',
    description: '{{ $value }} keys wait in the queue {{ $labels.name }}, more than 10 for 5 minutes.',
    dashboard,
  },
  KnativeLambdaLifecycleEventsLost: {
    expr: `${ratio('sum(rate(knative_lambda_operator_events_sent_total{$env, result="failed"}[10m]))', 'sum(rate(knative_lambda_operator_events_sent_total{$env}[10m]))')} > ${thresholds.lifecycleEventsFailed.value}`,
    threshold: thresholds.lifecycleEventsFailed,
    priority: 'P2',
    summary: 'Lifecycle events do not arrive',
    description:
      '{{ $value | humanizePercentage }} of the events that the operator sends do not reach the broker; they are sent again.',
    dashboard,
  },
} as const satisfies Readonly<Record<string, Alert>>;
