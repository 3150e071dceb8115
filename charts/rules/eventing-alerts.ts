import type { Alert } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda-eventing';
const messages = 'eventing:queue_messages:max';
/** Each replica that knows the store says how many there are. */
const stored = 'sum(max by (reason) (knative_lambda_dlq_stored_messages{$env}))';

/** Queues, dead letters and the broker under them. */
export const eventingAlerts = {
  RabbitMQQueueBacklog: {
    expr: `${messages}{$env} > ${thresholds.queueBacklog.value}`,
    threshold: thresholds.queueBacklog,
    priority: 'P2',
    summary: 'Messages pile up in a queue',
    description: '{{ $value }} messages wait in {{ $labels.queue }}, more than 100 for 10 minutes.',
    dashboard,
  },
  KnativeLambdaScaleUpQueue: {
    expr: `${messages}{$env} > ${thresholds.queueScaleUp.value}`,
    threshold: thresholds.queueScaleUp,
    priority: 'P1',
    summary: 'A queue needs more consumers',
    description: '{{ $value }} messages wait in {{ $labels.queue }}, more than 1000; add replicas of what reads it.',
    dashboard,
  },
  RabbitMQQueueLimitForecast: {
    expr: `predict_linear(${messages}{$env}[30m], 3600) > $queueLength and ${messages}{$env} > ${thresholds.queueBacklog.value}`,
    threshold: thresholds.queueMaxLength,
    priority: 'P2',
    summary: 'A queue will be full within the hour',
    description:
      'At the pace of the last 30 minutes {{ $labels.queue }} holds {{ $value | humanize }} messages in an hour, more than it may.',
    dashboard,
  },
  KnativeLambdaDLQMessagesHigh: {
    expr: `eventing:dead_letters:max{$env} > ${thresholds.deadLetters.value} or ${stored} > ${thresholds.deadLetters.value}`,
    threshold: thresholds.deadLetters,
    priority: 'P1',
    summary: 'Many dead letters wait',
    description:
      '{{ $value }} events that no function could handle lie in {{ if $labels.queue }}{{ $labels.queue }}{{ else }}the store{{ end }}.',
    dashboard,
  },
  KnativeLambdaDLQIngestRateHigh: {
    expr: `eventing:dead_letters_in:rate5m{$env} > ${thresholds.deadLetterRate.value}`,
    threshold: thresholds.deadLetterRate,
    priority: 'P2',
    summary: 'Messages die quickly',
    description: '{{ $value | humanize }} messages a second go to {{ $labels.queue }}.',
    dashboard,
  },
  KnativeLambdaDLQMessageOld: {
    expr: `max(knative_lambda_dlq_oldest_message_age_seconds{$env}) > ${thresholds.deadLetterAge.value}`,
    threshold: thresholds.deadLetterAge,
    priority: 'P2',
    summary: 'A dead letter waits for more than a day',
    description: 'The oldest dead letter is {{ $value | humanizeDuration }} old; replay or purge it.',
    dashboard,
  },
  RabbitMQAbsent: {
    expr: 'absent(up{$env, job="rabbitmq"} == 1)',
    threshold: thresholds.targetAbsent,
    priority: 'P0',
    summary: 'Prometheus reads no metrics of the broker',
    description: 'The broker is gone, or its ServiceMonitor or NetworkPolicy is: no event may be delivered.',
    dashboard,
    onNoData: true,
  },
  RabbitMQResourceAlarm: {
    expr: `max by (instance) (rabbitmq_alarms_memory_used_watermark{$env}) > ${thresholds.brokerAlarm.value} or max by (instance) (rabbitmq_alarms_free_disk_space_watermark{$env}) > ${thresholds.brokerAlarm.value}`,
    threshold: thresholds.brokerAlarm,
    priority: 'P0',
    summary: 'The broker blocks every publisher',
    description: '{{ $labels.instance }} is short of memory or disk and takes no message until that is mended.',
    dashboard,
  },
} as const satisfies Readonly<Record<string, Alert>>;
