import { describe, expect, test } from '@jest/globals';
import { buildCustomResourceDefinition } from './custom-resource-definition.ts';
import { kinds, type Kind } from './group.ts';
import type { StructuralSchema } from './structural-schema.ts';

const schemas = new Map(
  kinds.map((kind) => [kind, buildCustomResourceDefinition(kind).spec.versions[0].schema.openAPIV3Schema]),
);

/** `[]` steps into the items of a list, `{}` into the values of a map. */
function schemaAt(kind: Kind, path: string): StructuralSchema | undefined {
  const steps = path.replaceAll('[]', '.[]').replaceAll('{}', '.{}').split('.');
  return steps.reduce<StructuralSchema | undefined>((node, step) => {
    if (step === '[]') return node?.items;
    if (step === '{}') return node?.additionalProperties;
    return node?.properties?.[step];
  }, schemas.get(kind));
}

function typeAt(kind: Kind, path: string): string {
  const schema = schemaAt(kind, path);
  if (schema === undefined) return 'absent';
  return [schema.type ?? 'untyped', schema.format].filter((part) => part !== undefined).join(' ');
}

function paths(type: string, prefix: string, names: string): [string, string][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [`${prefix}${name}`, type]);
}

const functionFields = [
  ...paths('object', 'spec.', 'source runtime scaling resources build eventing observability upgrade'),
  ...paths('string', 'spec.source.', 'type pollInterval'),
  ...paths('object', 'spec.source.', 'minio s3 gcs git inline image'),
  ...paths('object', 'spec.source.', 'minio.secretRef s3.secretRef gcs.secretRef git.secretRef'),
  ...paths('string', 'spec.source.minio.', 'endpoint bucket key secretRef.name'),
  ...paths('string', 'spec.source.s3.', 'bucket key region secretRef.name'),
  ...paths('string', 'spec.source.gcs.', 'bucket key project secretRef.name'),
  ...paths('string', 'spec.source.git.', 'url ref path secretRef.name'),
  ...paths('string', 'spec.source.inline.', 'code dependencies'),
  ...paths('string', 'spec.source.image.', 'repository tag digest pullPolicy command[] args[]'),
  ...paths('array', 'spec.source.image.', 'imagePullSecrets command args'),
  ...paths('untyped', 'spec.source.image.', 'imagePullSecrets[]'),
  ...paths('string', 'spec.source.image.', 'imagePullSecrets[].name'),
  ...paths('integer int32', 'spec.source.image.', 'port'),
  ...paths('string', 'spec.runtime.', 'language version handler'),
  ...paths('integer int32', 'spec.scaling.', 'minReplicas maxReplicas containerConcurrency targetConcurrency'),
  ...paths('string', 'spec.scaling.', 'scaleToZeroGracePeriod'),
  ...paths('string', 'spec.resources.', 'requests.memory requests.cpu limits.memory limits.cpu'),
  ...paths('array', 'spec.', 'env triggers'),
  ...paths('string', 'spec.env[].', 'name value'),
  ...paths('object', 'spec.env[].valueFrom.', 'fieldRef resourceFieldRef secretKeyRef configMapKeyRef'),
  ...paths('string', 'spec.env[].valueFrom.fieldRef.', 'apiVersion fieldPath'),
  ...paths('string', 'spec.env[].valueFrom.resourceFieldRef.', 'containerName resource'),
  ...paths('untyped', 'spec.env[].valueFrom.resourceFieldRef.', 'divisor'),
  ...paths('string', 'spec.env[].valueFrom.secretKeyRef.', 'name key'),
  ...paths('boolean', 'spec.env[].valueFrom.secretKeyRef.', 'optional'),
  ...paths('string', 'spec.env[].valueFrom.configMapKeyRef.', 'name key'),
  ...paths('boolean', 'spec.env[].valueFrom.configMapKeyRef.', 'optional'),
  ...paths('string', 'spec.', 'imagePullPolicy triggers[].broker triggers[].filter{}'),
  ...paths('string', 'spec.build.', 'timeout registry registryType repository tag imagePullSecret awsRegion'),
  ...paths('boolean', 'spec.build.', 'insecure forceRebuild'),
  ...paths('boolean', 'spec.eventing.', 'enabled dlq.enabled dlq.cleanup.enabled apiSource.enabled monitoring.enabled'),
  ...paths('string', 'spec.eventing.', 'resourcePrefix brokerName subscriberServiceName eventSource'),
  ...paths('string', 'spec.eventing.rabbitmq.', 'clusterName namespace queueType'),
  ...paths('integer int32', 'spec.eventing.rabbitmq.', 'parallelism prefetchCount'),
  ...paths('string', 'spec.eventing.dlq.', 'exchangeName queueName routingKeyPrefix retryBackoffDelay overflowPolicy'),
  ...paths('integer int32', 'spec.eventing.dlq.', 'retryMaxAttempts'),
  ...paths('integer int64', 'spec.eventing.dlq.', 'messageTTL maxLength'),
  ...paths('string', 'spec.eventing.dlq.cleanup.', 'interval retention'),
  ...paths(
    'string',
    'spec.eventing.eventTypes.',
    `commandBuildStart commandBuildCancel commandBuildRetry commandServiceCreate commandServiceDelete
     lifecycleBuildStarted lifecycleBuildCompleted lifecycleBuildFailed lifecycleBuildTimeout lifecycleBuildCancelled
     invokeSync invokeAsync invokeScheduled responseSuccess responseError responseTimeout
     buildStart buildComplete buildFailed buildTimeout serviceDelete`,
  ),
  ...paths('string', 'spec.eventing.apiSource.', 'mode resources[].apiVersion resources[].kind'),
  ...paths('object', 'spec.eventing.apiSource.', 'resources[].labelSelector'),
  ...paths('boolean', 'spec.observability.', 'tracing.enabled metrics.enabled metrics.exemplars'),
  ...paths('string', 'spec.observability.tracing.', 'samplingRate endpoint propagation resourceAttributes{}'),
  ...paths('string', 'spec.observability.metrics.', 'path labels{}'),
  ...paths('integer int32', 'spec.observability.metrics.', 'port'),
  ...paths('string', 'spec.observability.logging.', 'level format'),
  ...paths('boolean', 'spec.observability.logging.', 'traceContext cloudEventMetadata'),
  ...paths('boolean', 'spec.observability.logfire.', 'enabled directExport tokenSecretRef.optional'),
  ...paths('string', 'spec.observability.logfire.tokenSecretRef.', 'name key'),
  ...paths('string', 'spec.upgrade.', 'rebuild'),
  ...paths('string', 'status.', 'phase sourceStatus.revision sourceStatus.requestKey'),
  ...paths('integer int64', 'status.', 'observedGeneration conditions[].observedGeneration'),
  ...paths('string', 'status.buildStatus.', 'jobName contentKey imageURI digest error'),
  ...paths('string date-time', 'status.', 'buildStatus.startedAt buildStatus.completedAt sourceStatus.resolvedAt'),
  ...paths('integer int32', 'status.', 'buildStatus.attempt serviceStatus.replicas'),
  ...paths('string', 'status.serviceStatus.', 'serviceName url latestRevision pinnedTo'),
  ...paths('integer int64', 'status.serviceStatus.', 'pinnedGeneration'),
  ...paths('boolean', 'status.serviceStatus.', 'ready'),
  ...paths('string', 'status.conditions[].', 'type status reason message'),
  ...paths('string date-time', 'status.conditions[].', 'lastTransitionTime'),
];

const agentFields = [
  ...paths('object', 'spec.', 'image ai behavior approval scaling resources eventing observability permissions memory'),
  ...paths('string', 'spec.image.', 'repository tag digest pullPolicy imagePullSecrets[] command[] args[]'),
  ...paths('integer int32', 'spec.image.', 'port'),
  ...paths('string', 'spec.', 'serviceAccountName operationMode'),
  ...paths('string', 'spec.ai.', 'provider endpoint model systemPrompt apiKeySecretRef.name apiKeySecretRef.key'),
  ...paths('string', 'spec.ai.systemPromptConfigMapRef.', 'name key'),
  ...paths('boolean', 'spec.ai.apiKeySecretRef.', 'optional'),
  ...paths('integer int32', 'spec.ai.', 'maxTokens'),
  ...paths('untyped', 'spec.ai.', 'temperature'),
  ...paths('integer int32', 'spec.behavior.', 'maxContextMessages'),
  ...paths('boolean', 'spec.behavior.', 'emitEvents'),
  ...paths('string', 'spec.behavior.', 'systemPrompt'),
  ...paths('string', 'spec.approval.', 'providers[] timeout timeoutAction'),
  ...paths('boolean', 'spec.approval.', 'requireAll custom.useWebhook'),
  ...paths('string', 'spec.approval.slack.', 'webhookUrl channel approvers[] callbackUrl'),
  ...paths('string', 'spec.approval.slack.', 'webhookUrlSecretRef.name botTokenSecretRef.key'),
  ...paths('string', 'spec.approval.custom.', 'endpoint method headers{} pollInterval callbackUrl authSecretRef.name'),
  ...paths('string', 'spec.env[].', 'name value valueFrom.fieldRef.fieldPath valueFrom.secretKeyRef.key'),
  ...paths('integer int32', 'spec.scaling.', 'minReplicas maxReplicas targetConcurrency'),
  ...paths('string', 'spec.scaling.', 'scaleToZeroGracePeriod'),
  ...paths('string', 'spec.resources.', 'requests.memory requests.cpu limits.memory limits.cpu'),
  ...paths('boolean', 'spec.eventing.', 'enabled dlq.enabled'),
  ...paths('string', 'spec.eventing.', 'eventSource intents[]'),
  ...paths('string', 'spec.eventing.subscriptions[].', 'eventType source description'),
  ...paths('string', 'spec.eventing.forwards[].', 'eventTypes[] targetAgent targetNamespace description'),
  ...paths('integer int32', 'spec.eventing.dlq.', 'retryMaxAttempts'),
  ...paths('string', 'spec.eventing.rabbitmq.', 'clusterName namespace'),
  ...paths(
    'boolean',
    'spec.observability.',
    'tracing.enabled metrics.enabled metrics.exemplars metrics.serviceMonitor',
  ),
  ...paths('string', 'spec.observability.', 'tracing.endpoint metrics.path metrics.interval metrics.timeout'),
  ...paths('string', 'spec.observability.logging.', 'level format'),
  ...paths('boolean', 'spec.observability.logging.', 'traceContext'),
  ...paths('boolean', 'spec.permissions.', 'disableBrokerCreation disableTriggerCreation disableFunctionCreation'),
  ...paths('string', 'spec.permissions.', 'allowedTargetNamespaces[]'),
  ...paths('boolean', 'spec.permissions.eventControls.', 'allowEventDisable'),
  ...paths('string', 'spec.permissions.eventControls.', 'controlEventTypes[] allowedControlSources[]'),
  ...paths(
    'boolean',
    'spec.memory.',
    'enabled shortTerm.enabled longTerm.enabled userMemory.enabled workingMemory.enabled',
  ),
  ...paths('string', 'spec.memory.', 'schema shortTerm.backend longTerm.backend'),
  ...paths('string', 'spec.memory.shortTerm.redisSecretRef.', 'name key'),
  ...paths('integer int32', 'spec.memory.shortTerm.', 'ttlSeconds'),
  ...paths('string', 'spec.memory.longTerm.postgresSecretRef.', 'name key'),
  ...paths('boolean', 'spec.memory.userMemory.', 'storePreferences storeFacts'),
  ...paths('boolean', 'spec.memory.workingMemory.', 'trackDecisions trackProgress'),
  ...paths('string', 'spec.memory.defaultConstraints[].', 'description category'),
  ...paths('boolean', 'spec.memory.defaultConstraints[].', 'hard'),
  ...paths('string', 'status.', 'phase'),
  ...paths('integer int64', 'status.', 'observedGeneration conditions[].observedGeneration'),
  ...paths('string', 'status.serviceStatus.', 'serviceName url latestRevision'),
  ...paths('boolean', 'status.', 'serviceStatus.ready eventingStatus.brokerReady aiStatus.modelAvailable'),
  ...paths('string', 'status.eventingStatus.', 'brokerName brokerUrl'),
  ...paths('integer int32', 'status.eventingStatus.', 'triggerCount forwardCount'),
  ...paths('string', 'status.aiStatus.', 'provider endpoint activeModel error inferenceLatencyP99'),
  ...paths(
    'string date-time',
    'status.',
    'aiStatus.lastHealthCheck aiStatus.lastSuccess permissionStatus.lastEvaluated memoryStatus.lastSync',
  ),
  ...paths('integer int32', 'status.', 'aiStatus.activeConversations memoryStatus.conversationsActive'),
  ...paths(
    'boolean',
    'status.permissionStatus.',
    'brokerCreationDisabled triggerCreationDisabled functionCreationDisabled',
  ),
  ...paths('string', 'status.permissionStatus.disabledByEvent[].', 'capability disabledBy'),
  ...paths('string date-time', 'status.permissionStatus.disabledByEvent[].', 'disabledAt expiresAt'),
  ...paths('boolean', 'status.memoryStatus.', 'shortTermConnected longTermConnected'),
  ...paths('string', 'status.memoryStatus.', 'activeSchemas[]'),
  ...paths('string', 'status.conditions[].', 'type status reason message'),
];

describe('every published field is there with its type', () => {
  test.each(functionFields)('LambdaFunction %s is %s', (path, type) => {
    expect(typeAt('LambdaFunction', path)).toBe(type);
  });

  test.each(agentFields)('LambdaAgent %s is %s', (path, type) => {
    expect(typeAt('LambdaAgent', path)).toBe(type);
  });
});

const defaults: [Kind, string, unknown][] = [
  ['LambdaFunction', 'spec.runtime.handler', undefined],
  ['LambdaFunction', 'spec.scaling.containerConcurrency', undefined],
  ['LambdaFunction', 'spec.scaling.targetConcurrency', undefined],
  ['LambdaFunction', 'spec.resources.limits.cpu', undefined],
  ['LambdaFunction', 'spec.resources.limits.memory', undefined],
  ['LambdaFunction', 'spec.scaling.minReplicas', 0],
  ['LambdaFunction', 'spec.scaling.maxReplicas', 50],
  ['LambdaFunction', 'spec.resources.requests.memory', '64Mi'],
  ['LambdaFunction', 'spec.source.git.ref', 'main'],
  ['LambdaFunction', 'spec.eventing.enabled', true],
  ['LambdaFunction', 'spec.eventing.eventTypes.buildComplete', 'io.knative.lambda.lifecycle.build.completed'],
  ['LambdaAgent', 'spec.scaling.minReplicas', 1],
  ['LambdaAgent', 'spec.scaling.maxReplicas', 10],
  ['LambdaAgent', 'spec.scaling.targetConcurrency', 10],
  ['LambdaAgent', 'spec.resources.requests.memory', undefined],
  ['LambdaAgent', 'spec.ai.temperature', '0.7'],
  ['LambdaAgent', 'spec.memory.shortTerm.redisSecretRef.key', 'url'],
];

test.each(defaults)('%s %s defaults to %j', (kind, path, value) => {
  expect(schemaAt(kind, path)).toBeDefined();
  expect(schemaAt(kind, path)?.default).toEqual(value);
});
