import { group, type Kind } from './group.ts';

export const finalizers = {
  LambdaFunction: `lambdafunction.${group}/finalizer`,
  LambdaAgent: `lambdaagent.${group}/finalizer`,
} as const satisfies Record<Kind, string>;
