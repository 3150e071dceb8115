import { bars, type Dashboard, line, lines, type Row, stat, table } from './dashboard.ts';
import { chosen, rate, ratio } from './promql.ts';
import { environmentVariable } from './variables.ts';

const depth = 'eventing:queue_messages:max';
const dead = 'eventing:dead_letters:max';
const deadIn = 'eventing:dead_letters_in:rate5m';
const received = 'cloudevents_received_total';
const queues = `${chosen}, queue=~"$queue"`;

const overview: Row = {
  title: 'Overview',
  panels: [
    stat({
      title: 'Events received',
      question: 'How many CloudEvents arrive?',
      unit: 'eps',
      expr: rate(received, { window: '5m' }),
      limits: { above: ['eventRate'] },
    }),
    stat({
      title: 'Messages that wait',
      question: 'How much lies in queues other than those of dead letters?',
      unit: 'short',
      expr: `sum(${depth}{${queues}})`,
      limits: { above: ['queueBacklog', 'queueScaleUp'] },
    }),
    stat({
      title: 'Dead letters in queues',
      question: 'How many events could nobody handle?',
      unit: 'short',
      expr: `sum(${dead}{${chosen}})`,
      limits: { above: ['deadLetters'] },
    }),
    stat({
      title: 'Dead letters in',
      question: 'How quickly do messages die?',
      unit: 'mps',
      expr: `sum(${deadIn}{${chosen}})`,
      limits: { above: ['deadLetterRate'] },
    }),
    stat({
      title: 'Oldest dead letter',
      question: 'How long has an event waited for somebody to look at it?',
      unit: 's',
      expr: `max(knative_lambda_dlq_oldest_message_age_seconds{${chosen}})`,
      limits: { above: ['deadLetterAge'] },
    }),
    stat({
      title: 'Refused events',
      question: 'Which share of the events breaks the schema of its type?',
      unit: 'percentunit',
      expr: ratio(
        rate('knative_lambda_receiver_validation_failures_total', { window: '5m' }),
        rate(received, { window: '5m' }),
      ),
      limits: { above: ['validationFailureRatio'] },
    }),
  ],
};

const deadLetters: Row = {
  title: 'Dead letters',
  panels: [
    line({
      title: 'Dead letters by queue',
      question: 'Which queue fills?',
      unit: 'short',
      expr: `max by (environment, queue) (${dead}{${chosen}})`,
      legend: '{{environment}} {{queue}}',
      limits: { above: ['deadLetters'] },
    }),
    line({
      title: 'Dead letters stored, by reason',
      question: 'Why did they die?',
      unit: 'short',
      expr: `max by (environment, reason) (knative_lambda_dlq_stored_messages{${chosen}})`,
      legend: '{{environment}} {{reason}}',
    }),
    lines({
      title: 'Taken and sent again',
      question: 'Does replay help?',
      unit: 'mps',
      queries: [
        { expr: rate('knative_lambda_dlq_messages_total', { by: 'reason' }), legend: 'taken: {{reason}}' },
        { expr: rate('knative_lambda_dlq_replays_total', { by: 'result' }), legend: 'replayed: {{result}}' },
      ],
    }),
    table({
      title: 'Dead-letter queues',
      question: 'What lies in which queue, and since when?',
      unit: 'short',
      queries: [
        { expr: `max by (environment, vhost, queue) (${dead}{${chosen}})`, legend: 'Messages' },
        {
          expr: `time() - max by (environment, vhost, queue) (rabbitmq_detailed_queue_head_message_timestamp{${chosen}, queue=~".*(dlq|dead-letter).*"} > 0)`,
          legend: 'Age of the first',
          unit: 's',
        },
      ],
    }),
  ],
};

const queueRow: Row = {
  title: 'Queues',
  panels: [
    line({
      title: 'Messages by queue',
      question: 'Which queue is behind?',
      unit: 'short',
      expr: `max by (environment, queue) (${depth}{${queues}})`,
      legend: '{{environment}} {{queue}}',
      limits: { above: ['queueBacklog', 'queueScaleUp', 'queueMaxLength'] },
    }),
    lines({
      title: 'In and out by queue',
      question: 'Is a queue fed faster than it is read?',
      unit: 'mps',
      queries: [
        {
          expr: rate('rabbitmq_detailed_queue_exchange_messages_published_total', { where: queues, by: 'queue' }),
          legend: '{{queue}} in',
        },
        {
          expr: rate('rabbitmq_detailed_queue_messages_acked_total', { where: queues, by: 'queue' }),
          legend: '{{queue}} out',
        },
      ],
    }),
    line({
      title: 'Delivered and not acknowledged',
      question: 'Do consumers hang?',
      unit: 'short',
      expr: `max by (environment, queue) (rabbitmq_detailed_queue_messages_unacked{${queues}})`,
      legend: '{{environment}} {{queue}}',
    }),
    line({
      title: 'Delivered again',
      question: 'Which share of the deliveries is a repetition?',
      unit: 'percentunit',
      expr: ratio(
        rate('rabbitmq_detailed_queue_messages_redelivered_total', { where: queues, by: 'queue' }),
        rate('rabbitmq_detailed_queue_messages_delivered_ack_total', { where: queues, by: 'queue' }),
      ),
      legend: '{{queue}}',
    }),
    line({
      title: 'Consumers',
      question: 'Is a queue read at all?',
      unit: 'short',
      expr: `max by (environment, queue) (rabbitmq_detailed_queue_consumers{${queues}})`,
      legend: '{{environment}} {{queue}}',
    }),
    bars({
      title: 'Longest queues',
      question: 'Where do most messages lie?',
      unit: 'short',
      expr: `topk(10, max by (environment, queue) (${depth}{${queues}}))`,
      legend: '{{environment}} {{queue}}',
      limits: { above: ['queueBacklog', 'queueScaleUp'] },
    }),
  ],
};

export const eventingDashboard: Dashboard = {
  uid: 'knative-lambda-eventing',
  title: 'Knative Lambda: eventing and dead letters',
  purpose: 'Whether events flow, which queues are behind, and what nobody could handle.',
  refresh: '30s',
  range: '1h',
  variables: [environmentVariable, { name: 'queue', label: 'Queue', metric: depth, from: 'queue', matchers: chosen }],
  rows: [overview, deadLetters, queueRow],
};
