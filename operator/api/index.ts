/**
 * The two custom resources: schemas, types, CRDs, and the names that other parts refer to them by.
 * Imports nothing outside this folder.
 */
export { agentPhases, type LambdaAgentStatus } from './agent-status.ts';
export { annotations } from './annotations.ts';
export { conditionTypes, type Condition } from './condition.ts';
export {
  buildCustomResourceDefinition,
  customResourceDefinitions,
  definitionName,
  type CustomResourceDefinition,
} from './custom-resource-definition.ts';
export { durationSeconds } from './duration.ts';
export { buildSentEventSchemas, sentEventVersion } from './sent-events.ts';
export { eventTypes, lifecycleTypes, notificationTypes, receiverAudience, uploadEventType } from './event-types.ts';
export { finalizers } from './finalizers.ts';
export { buildFunctionCanary } from './function-canary.ts';
export { functionPhases, type LambdaFunctionStatus } from './function-status.ts';
export { apiVersion, group, kinds, version, type Kind } from './group.ts';
export { labels } from './labels.ts';
export {
  lambdaAgentManifestSchema,
  lambdaAgentSchema,
  type LambdaAgent,
  type LambdaAgentSpec,
} from './lambda-agent.ts';
export {
  lambdaFunctionManifestSchema,
  lambdaFunctionSchema,
  type LambdaFunction,
  type LambdaFunctionSpec,
} from './lambda-function.ts';
export { languages, type Language } from './runtime.ts';
export { sourceTypes, type SourceType } from './source.ts';
export { maxPendingEvents, type PendingEvent } from './pending-event.ts';
export { quantityValue } from './quantity.ts';
export type { StructuralSchema } from './structural-schema.ts';
export { type BuilderProfile, builderProfiles } from './builder-profile.ts';
export { type AgentTier, agentTierNames, agentTierRole, agentTiers } from './agent-tiers.ts';
export { type Account, type Grant, grants, grantsFor, type GrantScope } from './grants.ts';
export { brokerResources } from './broker-resources.ts';
export type { Metric } from './metric.ts';
export { type MetricName, metrics } from './metrics.ts';
