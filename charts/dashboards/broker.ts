import { type Dashboard, lines, type Query, type Row, stat } from './dashboard.ts';

/** Adds the names of node and cluster, and keeps the chosen brokers: no other series of the broker has them. */
const named = '* on (instance) group_left (rabbitmq_node) rabbitmq_identity_info{rabbitmq_cluster=~"$broker"}';

const sumOf = (gauge: string): string => `sum(${gauge} ${named})`;
const byNode = (gauge: string): Query => ({
  expr: `sum by (rabbitmq_node) (${gauge} ${named})`,
  legend: '{{rabbitmq_node}}',
});
const flow = (counter: string): string => `sum(rate(${counter}[$__rate_interval]) ${named})`;
const share = (part: string, whole: string): string => `(${flow(part)}) / ((${flow(whole)}) > 0)`;

const received = 'rabbitmq_global_messages_received_total';
const delivered = 'rabbitmq_global_messages_delivered_total';

const overview: Row = {
  title: 'Overview',
  panels: [
    stat({
      title: 'Nodes',
      question: 'Are all nodes of the broker there?',
      unit: 'short',
      expr: 'count(rabbitmq_identity_info{rabbitmq_cluster=~"$broker"})',
    }),
    stat({
      title: 'Alarms',
      question: 'Does the broker block its publishers for lack of memory or disk?',
      unit: 'short',
      expr: `${sumOf('rabbitmq_alarms_memory_used_watermark')} + ${sumOf('rabbitmq_alarms_free_disk_space_watermark')}`,
      states: { 0: { text: 'none', color: 'green' } },
    }),
    stat({
      title: 'Connections',
      question: 'How many programs are connected?',
      unit: 'short',
      expr: sumOf('rabbitmq_connections'),
    }),
    stat({
      title: 'Channels',
      question: 'Do programs leak channels?',
      unit: 'short',
      expr: sumOf('rabbitmq_channels'),
    }),
    stat({
      title: 'Queues',
      question: 'How many queues are there?',
      unit: 'short',
      expr: sumOf('rabbitmq_queues'),
    }),
    stat({
      title: 'Routed',
      question: 'Which share of the messages finds a queue?',
      unit: 'percentunit',
      expr: share('rabbitmq_global_messages_routed_total', received),
    }),
  ],
};

const messages: Row = {
  title: 'Messages',
  panels: [
    lines({
      title: 'Messages through the broker',
      question: 'Is more taken than given?',
      unit: 'mps',
      queries: [
        { expr: flow(received), legend: 'received' },
        { expr: flow(delivered), legend: 'delivered' },
        { expr: flow('rabbitmq_global_messages_acknowledged_total'), legend: 'acknowledged' },
      ],
    }),
    lines({
      title: 'Lost and repeated',
      question: 'Are messages dropped or delivered again?',
      unit: 'mps',
      queries: [
        { expr: flow('rabbitmq_global_messages_unroutable_dropped_total'), legend: 'dropped without a queue' },
        { expr: flow('rabbitmq_global_messages_redelivered_total'), legend: 'delivered again' },
      ],
    }),
    lines({
      title: 'Dead letters by reason',
      question: 'Why does the broker give messages up?',
      unit: 'mps',
      queries: (['rejected', 'expired', 'maxlen', 'delivery_limit'] as const).map((reason) => ({
        expr: flow(`rabbitmq_global_messages_dead_lettered_${reason}_total`),
        legend: reason,
      })),
      stacked: true,
    }),
  ],
};

const nodes: Row = {
  title: 'Nodes',
  panels: [
    lines({
      title: 'Memory',
      question: 'How near is a node to its memory alarm?',
      unit: 'percentunit',
      queries: [
        {
          expr: `sum by (rabbitmq_node) ((rabbitmq_process_resident_memory_bytes / (rabbitmq_resident_memory_limit_bytes > 0)) ${named})`,
          legend: '{{rabbitmq_node}}',
        },
      ],
    }),
    lines({
      title: 'Free disk',
      question: 'How near is a node to its disk alarm?',
      unit: 'bytes',
      queries: [
        byNode('rabbitmq_disk_space_available_bytes'),
        { expr: `max(rabbitmq_disk_space_available_limit_bytes ${named})`, legend: 'alarm' },
      ],
    }),
    lines({
      title: 'Connections by node',
      question: 'Does one node carry all?',
      unit: 'short',
      queries: [byNode('rabbitmq_connections')],
    }),
  ],
};

export const brokerDashboard: Dashboard = {
  uid: 'knative-lambda-broker',
  title: 'Knative Lambda: broker',
  purpose: 'Health of RabbitMQ; environments of one cluster may share a broker, so one chooses brokers here.',
  refresh: '30s',
  range: '1h',
  variables: [{ name: 'broker', label: 'Broker', metric: 'rabbitmq_identity_info', from: 'rabbitmq_cluster' }],
  rows: [overview, messages, nodes],
};
