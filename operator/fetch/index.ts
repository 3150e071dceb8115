/**
 * Fetch mode: reads the source of a function and makes its build context, in the init container of a build.
 * The operator writes a plan and reads the answer; the receiver takes on the identity of its pod as builds do.
 */
export { type Answer, parseAnswer } from './answer.ts';
export { type FailureReason, failures } from './failure.ts';
export { type Plan, planSchema } from './plan.ts';
export { type SourceMounts, toSourcePlan } from './source-plan.ts';
export { digestOf, type Version, versionSchema } from './version.ts';
export { type AwsCredentials, assumeIdentity, type IdentitySurroundings } from './s3/aws-credentials.ts';
export type { HttpClient } from './http/client.ts';
export { Secrets } from './secrets.ts';
