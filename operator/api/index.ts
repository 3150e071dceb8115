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
export { eventTypes, uploadEventType } from './event-types.ts';
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
export { quantityValue } from './quantity.ts';
export type { StructuralSchema } from './structural-schema.ts';
export { type BuilderProfile, builderProfiles } from './builder-profile.ts';
export { type Account, agentTiers, type Grant, grants, type GrantScope } from './grants.ts';
export { brokerResources } from './broker-resources.ts';
export type { Metric } from './metric.ts';
export { type MetricName, metrics } from './metrics.ts';
