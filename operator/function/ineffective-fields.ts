import type { LambdaFunctionSpec } from '../api/index.ts';
import { askedInVain, type IneffectiveField } from '../conditions/ineffective-field.ts';

const ofBroker = 'one broker serves the namespace: it is set in the environment';
const ofQueue = 'dead letters of a namespace are kept together: it is set in the environment';
const ofReceiver = 'one receiver serves the environment';
const ofWrapper = 'the wrapper always does it one way';

/** Fields that older versions accepted and that cannot have an effect, each with what to do. */
export const ineffectiveFields: readonly IneffectiveField[] = [
  { path: 'triggers', instead: 'use spec.eventing' },
  { path: 'source.gcs.project', instead: 'the bucket alone names its project' },
  { path: 'eventing.rabbitmq.clusterName', unsaid: 'rabbitmq', instead: ofBroker },
  { path: 'eventing.rabbitmq.namespace', unsaid: 'rabbitmq-system', instead: ofBroker },
  { path: 'eventing.rabbitmq.queueType', unsaid: 'quorum', instead: ofBroker },
  { path: 'eventing.rabbitmq.prefetchCount', unsaid: 100, instead: 'the dispatcher takes 100 ahead, always' },
  { path: 'eventing.dlq.exchangeName', unsaid: 'lambda-dlq-exchange', instead: ofQueue },
  { path: 'eventing.dlq.queueName', unsaid: 'lambda-dlq-queue', instead: ofQueue },
  { path: 'eventing.dlq.routingKeyPrefix', unsaid: 'lambda.dlq', instead: ofQueue },
  { path: 'eventing.dlq.messageTTL', unsaid: 604_800_000, instead: ofQueue },
  { path: 'eventing.dlq.maxLength', unsaid: 50_000, instead: ofQueue },
  { path: 'eventing.dlq.overflowPolicy', unsaid: 'reject-publish', instead: ofQueue },
  { path: 'eventing.dlq.cleanup.enabled', unsaid: false, instead: ofQueue },
  { path: 'eventing.dlq.cleanup.interval', unsaid: '1h', instead: ofQueue },
  { path: 'eventing.dlq.cleanup.retention', unsaid: '168h', instead: ofQueue },
  { path: 'eventing.apiSource.enabled', unsaid: false, instead: 'create an ApiServerSource yourself' },
  { path: 'eventing.apiSource.mode', unsaid: 'Resource', instead: 'create an ApiServerSource yourself' },
  { path: 'eventing.apiSource.resources', instead: 'create an ApiServerSource yourself' },
  { path: 'eventing.monitoring.enabled', unsaid: false, instead: 'the platform monitors its brokers' },
  ...commandType('commandBuildStart', 'command.build.start'),
  ...commandType('commandBuildCancel', 'command.build.cancel'),
  ...commandType('commandBuildRetry', 'command.build.retry'),
  ...commandType('commandServiceCreate', 'command.service.create'),
  ...commandType('commandServiceDelete', 'command.service.delete'),
  ...commandType('buildStart', 'command.build.start'),
  ...commandType('serviceDelete', 'command.service.delete'),
  ...responseType('responseSuccess', 'response.success'),
  ...responseType('responseError', 'response.error'),
  ...responseType('responseTimeout', 'response.timeout'),
  { path: 'observability.tracing.propagation', unsaid: 'w3c', instead: `${ofWrapper}: W3C trace context` },
  { path: 'observability.metrics.enabled', unsaid: true, instead: ofWrapper },
  { path: 'observability.metrics.exemplars', unsaid: true, instead: ofWrapper },
  { path: 'observability.metrics.labels', instead: 'add labels where metrics are scraped' },
  { path: 'observability.metrics.path', unsaid: '/metrics', instead: ofWrapper },
  { path: 'observability.logging.traceContext', unsaid: true, instead: ofWrapper },
  { path: 'observability.logging.cloudEventMetadata', unsaid: true, instead: ofWrapper },
  { path: 'observability.logfire.directExport', unsaid: false, instead: 'set observability.tracing.endpoint' },
];

function commandType(key: string, type: string): readonly IneffectiveField[] {
  return [{ path: `eventing.eventTypes.${key}`, unsaid: `io.knative.lambda.${type}`, instead: ofReceiver }];
}

function responseType(key: string, type: string): readonly IneffectiveField[] {
  return [{ path: `eventing.eventTypes.${key}`, unsaid: `io.knative.lambda.${type}`, instead: ofWrapper }];
}

/** What a function asks for in vain, each as `field: what to do`. */
export function fieldsWithoutEffect(spec: LambdaFunctionSpec): readonly string[] {
  return [...askedInVain(ineffectiveFields, spec), ...sharedDeadLetters(spec)];
}

/** Only a broker of the author's own has no sink of the platform. */
function sharedDeadLetters({ eventing }: LambdaFunctionSpec): readonly string[] {
  return eventing?.dlq?.enabled === false && eventing.brokerName === undefined
    ? [`spec.eventing.dlq.enabled: false (${ofQueue})`]
    : [];
}
