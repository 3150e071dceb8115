import type { operatorAlerts } from '../../charts/rules/operator-alerts.ts';
import { type AlertCase, constant, growing, histogram, inControl, own, type Series } from './alert-case.ts';

const deployment = 'deployment="knative-lambda-operator"';
const controller = 'controller="LambdaFunction"';
const reconciled = 'controller_runtime_reconcile_total';
const duration = 'controller_runtime_reconcile_time_seconds';

const replicas = (figure: string, value: number): Series => ({
  [inControl(`kube_deployment_${figure}`, deployment)]: constant(value),
});

const passes = (good: number, bad: number): Series => ({
  [own(reconciled, `${controller}, result="success"`)]: growing(good),
  [own(reconciled, `${controller}, result="error"`)]: growing(bad),
});

const errors = (step: number): Series => ({
  [own('knative_lambda_operator_errors_total', 'component="build", error_type="JobFailed"')]: growing(step),
});

const leaders = (first: number, second: number): Series => ({
  [own('leader_election_master_status', 'name="knative-lambda-operator", pod="a"')]: constant(first),
  [own('leader_election_master_status', 'name="knative-lambda-operator", pod="b"')]: constant(second),
});

const up = (value: number): Series => ({ [own('up', 'job="knative-lambda-operator", instance="a"')]: constant(value) });

const silence = (seconds: number): Series => ({
  [own('knative_lambda_operator_watch_silence_seconds', 'resource="pods"')]: constant(seconds),
});

const depth = (value: number): Series => ({
  [own('workqueue_depth', 'name="LambdaFunction", priority="0"')]: constant(value),
});

const sent = (delivered: number, failed: number): Series => ({
  [own('knative_lambda_operator_events_sent_total', 'type="build.complete", result="delivered"')]: growing(delivered),
  [own('knative_lambda_operator_events_sent_total', 'type="build.complete", result="failed"')]: growing(failed),
});

export const operatorCases = {
  KnativeLambdaOperatorNotReady: {
    faults: [{ ...replicas('spec_replicas', 3), ...replicas('status_replicas_ready', 2) }],
    silent: [{ ...replicas('spec_replicas', 3), ...replicas('status_replicas_ready', 3) }],
    after: 10,
  },
  KnativeLambdaOperatorDown: {
    faults: [replicas('status_replicas_available', 0)],
    silent: [replicas('status_replicas_available', 1)],
    after: 5,
  },
  KnativeLambdaOperatorAbsent: { faults: [up(0)], silent: [up(1)], after: 15 },
  KnativeLambdaOperatorLeaderless: {
    // a canary that leads by a lease of its own does not stand in
    faults: [
      leaders(0, 0),
      { ...leaders(0, 0), [own('leader_election_master_status', 'name="canary", pod="c"')]: constant(1) },
    ],
    silent: [leaders(0, 1)],
    after: 5,
  },
  KnativeLambdaOperatorWatchSilent: { faults: [silence(181)], silent: [silence(180)], after: 5 },
  KnativeLambdaHighErrorRate: {
    faults: [{ ...passes(1000, 0), ...errors(11) }],
    silent: [
      { ...passes(1000, 0), ...errors(9) },
      { ...passes(0, 0), ...errors(0) },
    ],
    after: 15,
  },
  KnativeLambdaOperatorErrorsHigh: { faults: [errors(1.2)], silent: [errors(1)], after: 15 },
  KnativeLambdaReconcileSuccessRateLow: {
    faults: [passes(98, 2)],
    silent: [passes(995, 5), passes(0, 0)],
    after: 15,
  },
  KnativeLambdaReconcileDurationHigh: {
    faults: [histogram(duration, [94, '1', '2.5'], controller)],
    silent: [histogram(duration, [96, '1', '2.5'], controller)],
    after: 15,
  },
  KnativeLambdaHighLatency: {
    faults: [histogram(duration, [98, '5', '10'], controller)],
    silent: [histogram(duration, [99.5, '5', '10'], controller)],
    after: 15,
  },
  KnativeLambdaWorkqueueDepthHigh: { faults: [depth(11)], silent: [depth(10)], after: 10 },
  KnativeLambdaLifecycleEventsLost: { faults: [sent(94, 6)], silent: [sent(96, 4), sent(0, 0)], after: 25 },
} as const satisfies Readonly<Record<keyof typeof operatorAlerts, AlertCase>>;
