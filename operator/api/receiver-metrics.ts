import { type Metric, requestSeconds } from './metric.ts';

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
  knative_lambda_dlq_messages_total: {
    type: 'counter',
    help: 'Dead letters taken from the queue and stored; reason is a category of the dead-letter table.',
    labels: ['reason'],
    emittedBy: 'receiver',
  },
  knative_lambda_dlq_stored_messages: {
    type: 'gauge',
    help: 'Dead letters in the store that are neither replayed nor purged.',
    labels: ['reason'],
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
} as const satisfies Readonly<Record<string, Metric>>;
