/**
 * Fetch mode: reads the source of a function and makes its build context, in the init container of a build.
 * The operator writes a plan, reads the answer, and imports nothing else of it.
 */
export { type Answer, parseAnswer } from './answer.ts';
export { type FailureReason, failures } from './failure.ts';
export { type Plan, planSchema } from './plan.ts';
export { type SourceMounts, toSourcePlan } from './source-plan.ts';
export { digestOf, type Version, versionSchema } from './version.ts';
