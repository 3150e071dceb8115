import { z } from 'zod';
import { functionDeadLetter } from './dead-letter.ts';
import { eventType } from './event-type.ts';
import { eventTypes } from './event-types.ts';
import { int32 } from './integer.ts';
import { dnsLabel, dnsSubdomain } from './kubernetes-name.ts';

const rabbitmq = z.strictObject({
  clusterName: dnsSubdomain.default('rabbitmq').describe('RabbitmqCluster behind the broker'),
  namespace: dnsLabel.default('rabbitmq-system').describe('Namespace of that cluster'),
  queueType: z.enum(['classic', 'quorum']).default('quorum').describe('Type of the queues the broker makes'),
  parallelism: int32(1, 1000).default(50).describe('Events delivered to the function at a time, by its Trigger'),
  prefetchCount: int32(1).default(100).describe('Events taken from the queue ahead of delivery'),
});

function typeName(key: keyof typeof eventTypes) {
  return eventType.default(eventTypes[key]).describe(`CloudEvents type that stands for ${key}`);
}

const typeNames = z.strictObject({
  commandBuildStart: typeName('commandBuildStart'),
  commandBuildCancel: typeName('commandBuildCancel'),
  commandBuildRetry: typeName('commandBuildRetry'),
  commandServiceCreate: typeName('commandServiceCreate'),
  commandServiceDelete: typeName('commandServiceDelete'),
  lifecycleBuildStarted: typeName('lifecycleBuildStarted'),
  lifecycleBuildCompleted: typeName('lifecycleBuildCompleted'),
  lifecycleBuildFailed: typeName('lifecycleBuildFailed'),
  lifecycleBuildTimeout: typeName('lifecycleBuildTimeout'),
  lifecycleBuildCancelled: typeName('lifecycleBuildCancelled'),
  invokeSync: typeName('invokeSync'),
  invokeAsync: typeName('invokeAsync'),
  invokeScheduled: typeName('invokeScheduled'),
  responseSuccess: typeName('responseSuccess'),
  responseError: typeName('responseError'),
  responseTimeout: typeName('responseTimeout'),
  buildStart: typeName('buildStart'),
  buildComplete: typeName('buildComplete'),
  buildFailed: typeName('buildFailed'),
  buildTimeout: typeName('buildTimeout'),
  serviceDelete: typeName('serviceDelete'),
});

const watchedResource = z.strictObject({
  apiVersion: z.string().min(1).max(317).describe('Group and version, such as `apps/v1`'),
  kind: z.string().min(1).max(63).describe('Kind, such as `Deployment`'),
  labelSelector: z
    .looseObject({})
    .meta({ 'x-kubernetes-preserve-unknown-fields': true, maxProperties: 64 })
    .optional()
    .describe('Labels, or a LabelSelector, that the objects carry'),
});

const apiSource = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether changes of Kubernetes objects become events'),
  mode: z
    .enum(['Resource', 'Reference'])
    .default('Resource')
    .describe('Whether an event holds the object or a reference'),
  resources: z.array(watchedResource).max(32).optional().describe('Objects that are watched'),
});

/** Absent means on: a function without this block gets its Trigger. */
export const functionEventing = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the function gets a Trigger'),
  resourcePrefix: dnsLabel.optional().describe('Prefix of the names of eventing objects'),
  brokerName: dnsSubdomain.optional().describe('Broker in the namespace of the function; the shared one when absent'),
  subscriberServiceName: dnsLabel.optional().describe('Service that receives the events instead of the function'),
  eventSource: z.string().max(1024).default('knative-lambda-operator').describe('CloudEvents source of what is sent'),
  rabbitmq: rabbitmq.optional().describe('RabbitMQ behind the broker'),
  dlq: functionDeadLetter.optional().describe('Retries and dead letters'),
  eventTypes: typeNames.optional().describe('Names of the event types, by what they stand for'),
  apiSource: apiSource.optional().describe('Events from changes of Kubernetes objects'),
  monitoring: z
    .strictObject({ enabled: z.boolean().default(false).describe('Whether a ServiceMonitor is made') })
    .optional()
    .describe('Metrics of the eventing objects'),
});

/** Legacy list of the first releases: admitted and stored, never read. */
export const legacyTriggers = z
  .array(
    z.strictObject({
      broker: z.string().max(253).describe('Broker'),
      filter: z
        .record(z.string(), z.string().max(1024))
        .meta({ maxProperties: 32 })
        .optional()
        .describe('Event attributes with their values'),
    }),
  )
  .max(64);
