import { z } from 'zod';
import { duration, isoDuration } from './duration.ts';
import { int32, int64 } from './integer.ts';

/** AMQP short strings end at 255 bytes. */
const amqpName = z.string().min(1).max(255);

const cleanup = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether old dead letters are removed'),
  interval: duration.default('1h').describe('Time between two clean-ups'),
  retention: duration.default('168h').describe('Age at which a dead letter is removed'),
});

export const functionDeadLetter = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether events that could not be delivered are kept'),
  exchangeName: amqpName.default('lambda-dlq-exchange').describe('RabbitMQ exchange that takes dead letters'),
  queueName: amqpName.default('lambda-dlq-queue').describe('RabbitMQ queue that keeps dead letters'),
  routingKeyPrefix: z
    .string()
    .min(1)
    .max(200)
    .default('lambda.dlq')
    .describe('The queue is bound by this prefix and `.#`'),
  retryMaxAttempts: int32(0, 100).default(5).describe('Deliveries tried again before an event is a dead letter'),
  retryBackoffDelay: isoDuration
    .default('PT1S')
    .describe('Delay before the first retry, ISO 8601; it doubles each time'),
  messageTTL: int64(0).default(604_800_000).describe('Time a dead letter is kept, in milliseconds'),
  maxLength: int64(1).default(50_000).describe('Most dead letters kept'),
  overflowPolicy: z
    .enum(['drop-head', 'reject-publish'])
    .default('reject-publish')
    .describe('What a full queue does: drop the oldest or refuse the newest'),
  cleanup: cleanup.optional().describe('Removal of old dead letters'),
});

export const agentDeadLetter = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether events that could not be delivered are kept'),
  retryMaxAttempts: int32(0, 100).default(3).describe('Deliveries tried again before an event is a dead letter'),
});
