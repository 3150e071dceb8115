import type { eventingAlerts } from '../../charts/rules/eventing-alerts.ts';
import type { receiverAlerts } from '../../charts/rules/receiver-alerts.ts';
import { type AlertCase, constant, growing, histogram, inControl, own, type Series } from './alert-case.ts';

const available = (deployment: string, value: number): Series => ({
  [inControl('kube_deployment_status_replicas_available', `deployment="${deployment}"`)]: constant(value),
});

const knative = (wanted: number, there: number): Series => ({
  [own('kn_revision_pods_desired', 'kn_service_name="lambda-command-receiver"')]: constant(wanted),
  [own('kn_revision_pods_count', 'kn_service_name="lambda-command-receiver"')]: constant(there),
});

const up = (job: string, value: number): Series => ({ [own('up', `job="${job}", instance="a"`)]: constant(value) });

const answers = (good: number, bad: number): Series => ({
  [own('knative_lambda_receiver_requests_total', 'route="/", code="202"')]: growing(good),
  [own('knative_lambda_receiver_requests_total', 'route="/", code="500"')]: growing(bad),
});

const latency = (below: number): Series =>
  histogram('knative_lambda_receiver_request_duration_seconds', [below, '1', '2.5'], 'route="/"');

const received = (step: number): Series => ({
  [own('cloudevents_received_total', 'type="build.start"')]: growing(step),
});

const refused = (step: number): Series => ({
  [own('knative_lambda_receiver_validation_failures_total', 'type="build.start"')]: growing(step),
});

const overdue = (count: number): Series => ({
  // two replicas that know the same store
  [own('knative_lambda_supervision_overdue_actions', 'pod="a"')]: constant(count),
  [own('knative_lambda_supervision_overdue_actions', 'pod="b"')]: constant(count),
});

const queue = (name: string, values: string): Series => ({
  [own('rabbitmq_detailed_queue_messages', `vhost="/", queue="${name}"`)]: values,
});

const builds = (value: number): Series => queue('build-events-prd', constant(value));
const dead = (value: number): Series => queue('lambda-dlq-dlq-queue', constant(value));

const stored = (reason: string, value: number): Series => ({
  // two replicas that know the same store
  [own('knative_lambda_dlq_stored_messages', `reason="${reason}", pod="a"`)]: constant(value),
  [own('knative_lambda_dlq_stored_messages', `reason="${reason}", pod="b"`)]: constant(value),
});

const died = (step: number): Series => ({
  [own('rabbitmq_detailed_queue_exchange_messages_published_total', 'queue="lambda-dlq-dlq-queue", exchange="dlx"')]:
    growing(step),
});

const oldest = (seconds: number): Series => ({
  [own('knative_lambda_dlq_oldest_message_age_seconds')]: constant(seconds),
});

const alarm = (which: string, value: number): Series => ({
  [own(`rabbitmq_alarms_${which}_watermark`, 'instance="a"')]: constant(value),
});

export const receiverCases = {
  BuilderServiceDown: {
    faults: [
      available('knative-lambda-builder', 0),
      { ...available('knative-lambda-builder', 0), ...available('knative-lambda-builder-primary', 0) },
      knative(1, 0),
    ],
    silent: [
      available('knative-lambda-builder', 1),
      // the canary is scaled away while the primary serves, and an idle Knative Service has no pod
      { ...available('knative-lambda-builder', 0), ...available('knative-lambda-builder-primary', 2) },
      knative(0, 0),
    ],
    after: 5,
  },
  BuilderServiceAbsent: {
    faults: [up('knative-lambda-builder', 0)],
    silent: [up('knative-lambda-builder', 1)],
    after: 15,
  },
  KnativeLambdaReceiverErrorRateHigh: {
    faults: [answers(94, 6)],
    silent: [answers(96, 4), answers(0, 0)],
    after: 15,
  },
  KnativeLambdaReceiverLatencyHigh: { faults: [latency(98)], silent: [latency(99.5)], after: 15 },
  KnativeLambdaValidationFailuresHigh: {
    faults: [{ ...received(100), ...refused(11) }],
    silent: [{ ...received(100), ...refused(9) }],
    after: 15,
  },
  KnativeLambdaActionsOverdue: { faults: [overdue(1)], silent: [overdue(0)], after: 20 },
  HighLoad: { faults: [received(1020)], silent: [received(990)], after: 15 },
} as const satisfies Readonly<Record<keyof typeof receiverAlerts, AlertCase>>;

export const eventingCases = {
  RabbitMQQueueBacklog: { faults: [builds(101)], silent: [builds(100), dead(101)], after: 15 },
  KnativeLambdaScaleUpQueue: { faults: [builds(1001)], silent: [builds(1000)], after: 10 },
  RabbitMQQueueLimitForecast: {
    faults: [queue('build-events-prd', '0+200x60')],
    // 9500 messages in an hour, and a queue that is too short to tell
    silent: [queue('build-events-prd', '0+100x60'), queue('build-events-prd', '0x34 90')],
    after: 35,
  },
  KnativeLambdaDLQMessagesHigh: {
    faults: [dead(101), { ...stored('undeliverable', 60), ...stored('forbidden', 41) }],
    silent: [dead(100), builds(5000), stored('undeliverable', 100)],
    after: 10,
  },
  KnativeLambdaDLQIngestRateHigh: { faults: [died(66)], silent: [died(54)], after: 15 },
  KnativeLambdaDLQMessageOld: { faults: [oldest(86_401)], silent: [oldest(86_400)], after: 20 },
  RabbitMQAbsent: { faults: [up('rabbitmq', 0)], silent: [up('rabbitmq', 1)], after: 15 },
  RabbitMQResourceAlarm: {
    faults: [alarm('memory_used', 1), alarm('free_disk_space', 1)],
    silent: [{ ...alarm('memory_used', 0), ...alarm('free_disk_space', 0) }],
    after: 5,
  },
} as const satisfies Readonly<Record<keyof typeof eventingAlerts, AlertCase>>;
