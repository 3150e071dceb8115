import { z } from 'zod';
import { agentDeadLetter } from './dead-letter.ts';
import { eventSource, eventType } from './event-type.ts';
import { int32 } from './integer.ts';
import { dnsLabel, dnsSubdomain } from './kubernetes-name.ts';
import { validatedBy } from './validation-rule.ts';

const description = z.string().max(1024).optional().describe('For readers');

const subscription = z.strictObject({
  eventType: eventType.describe('CloudEvents type that wakes the agent; `*` for every type'),
  source: eventSource.optional().describe('Only events with this CloudEvents source'),
  description,
});

const forward = z.strictObject({
  eventTypes: z.array(eventType).min(1).max(64).describe('CloudEvents types that are sent on'),
  targetAgent: dnsLabel.describe('LambdaAgent that receives them'),
  targetNamespace: dnsLabel.describe('Namespace of that agent'),
  description,
});

const rabbitmq = z.strictObject({
  clusterName: dnsSubdomain.default('rabbitmq-cluster-knative-lambda').describe('RabbitmqCluster behind the broker'),
  namespace: dnsLabel.default('knative-lambda').describe('Namespace of that cluster'),
});

const subscriptions = z
  .array(subscription)
  .max(64)
  .meta(
    validatedBy({
      rule: "self.all(a, self.exists_one(b, b.eventType == a.eventType && (has(b.source) ? b.source : '') == (has(a.source) ? a.source : '')))",
      message: 'two subscriptions have the same eventType and source: remove one of them',
    }),
  );

/** Absent means off, the opposite of functions. */
export const agentEventing = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the agent gets Triggers'),
    eventSource: z.string().max(1024).optional().describe('CloudEvents source of what the agent sends'),
    intents: z.array(z.string().min(1).max(256)).max(512).optional().describe('What the agent can be asked for'),
    maxRunsInFlight: int32(1, 1000)
      .optional()
      .describe(
        'Events that the agent works on at a time, shared evenly by its subscriptions; 10 for each when absent',
      ),
    subscriptions: subscriptions.optional().describe('Events that wake the agent, one Trigger each'),
    forwards: z
      .array(forward)
      .max(32)
      .optional()
      .describe('Events that are sent on to other agents, one Trigger per type'),
    dlq: agentDeadLetter.optional().describe('Retries and dead letters'),
    rabbitmq: rabbitmq.optional().describe('RabbitMQ behind the broker'),
  })
  .meta(
    validatedBy({
      rule: '!has(self.maxRunsInFlight) || !has(self.subscriptions) || self.maxRunsInFlight >= size(self.subscriptions)',
      message: 'maxRunsInFlight is less than the number of subscriptions, of which each needs one: raise it',
      fieldPath: '.maxRunsInFlight',
    }),
  );
