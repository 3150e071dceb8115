import { type Metric, requestSeconds } from './metric.ts';

/** Agents wait for models. */
const callSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/** What the CloudEvents API says of requests, events and dead letters. */
export const receiverMetrics = {
  knative_lambda_receiver_requests_total: {
    type: 'counter',
    help: 'Requests answered by route and status code.',
    labels: ['route', 'code'],
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the head of a request to the end of its answer.',
    labels: ['route'],
    buckets: requestSeconds,
    emittedBy: 'receiver',
  },
  cloudevents_received_total: {
    type: 'counter',
    help: 'CloudEvents received by type; an unknown type is "other".',
    labels: ['type'],
    emittedBy: 'receiver',
  },
  cloudevents_processing_duration_seconds: {
    type: 'histogram',
    help: 'Time from the arrival of an event to its effect; result is success, refused or failed.',
    labels: ['type', 'result'],
    buckets: requestSeconds,
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_validation_failures_total: {
    type: 'counter',
    help: 'Events refused because their data break the schema of their type.',
    labels: ['type'],
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_duplicates_total: {
    type: 'counter',
    help: 'Events skipped because one with the same source and id was handled.',
    labels: ['type'],
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_routed_events_total: {
    type: 'counter',
    help: 'Events routed by intent; by is rule, classifier or fallback, and none with an empty intent for an event that nobody serves.',
    labels: ['intent', 'by'],
    emittedBy: 'receiver',
  },
  knative_lambda_receiver_call_duration_seconds: {
    type: 'histogram',
    help: 'Time from a call of an agent or a function by A2A or MCP to its answer; by is a2a or mcp, result is success or failed.',
    labels: ['by', 'result'],
    buckets: callSeconds,
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_messages_total: {
    type: 'counter',
    help: 'Dead letters that were stored; reason says why they are dead.',
    labels: ['reason'],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_stored_messages: {
    type: 'gauge',
    help: 'Dead letters in the store that are neither replayed nor purged.',
    labels: ['reason'],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_unlisted_messages: {
    type: 'gauge',
    help: 'Dead letters in the store beyond what a receiver holds in memory: kept, and neither listed nor replayed until there is room.',
    labels: [],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_expired_messages_total: {
    type: 'counter',
    help: 'Dead letters that were removed as they were older than the retention.',
    labels: [],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_oldest_message_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest dead letter in the store; 0 when there is none.',
    labels: [],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_replays_total: {
    type: 'counter',
    help: 'Dead letters sent again; result is success or failed.',
    labels: ['result'],
    emittedBy: 'receiver',
  },
  knative_lambda_supervision_held_actions: {
    type: 'gauge',
    help: 'Actions of supervised agents that wait for approval, as each replica sees them.',
    labels: [],
    emittedBy: 'receiver',
  },
  knative_lambda_supervision_overdue_actions: {
    type: 'gauge',
    help: 'Those that nobody has answered in the time of their agent.',
    labels: [],
    emittedBy: 'receiver',
  },
  knative_lambda_supervision_questions_total: {
    type: 'counter',
    help: 'Questions to those who approve, by provider; result is success or failed.',
    labels: ['provider', 'result'],
    emittedBy: 'receiver',
  },
  knative_lambda_supervision_decisions_total: {
    type: 'counter',
    help: 'Decisions on actions of supervised agents; verdict is approved or rejected.',
    labels: ['verdict'],
    emittedBy: 'receiver',
  },
} as const satisfies Readonly<Record<string, Metric>>;
