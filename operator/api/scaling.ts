import { z } from 'zod';
import { duration } from './duration.ts';
import { int32 } from './integer.ts';
import { validatedBy } from './validation-rule.ts';

/** 0 to 1h is what Knative accepts for pod retention. */
const gracePeriod = duration
  .meta(
    validatedBy({
      rule: "duration(self) <= duration('1h')",
      message: 'scaleToZeroGracePeriod is above 1h, the most that Knative accepts: write 1h or less',
    }),
  )
  .default('30s')
  .describe('How long the last pod stays after the last request, at most 1h');

const minBelowMax = {
  rule: '!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas',
  message:
    'scaling.minReplicas is above scaling.maxReplicas: raise maxReplicas (its default counts) or lower minReplicas',
  fieldPath: '.minReplicas',
} as const;

/** No default on the two concurrencies: either of them alone decides both. */
export const functionScaling = z
  .strictObject({
    minReplicas: int32(0).default(0).describe('Pods kept while idle; 0 scales to zero'),
    maxReplicas: int32(1).default(50).describe('Most pods at a time'),
    containerConcurrency: int32(1)
      .optional()
      .describe('Requests one pod takes at a time, a hard limit; targetConcurrency when absent, else 10'),
    targetConcurrency: int32(1)
      .optional()
      .describe('Requests per pod that the autoscaler aims at; containerConcurrency or 10, the lower, when absent'),
    scaleToZeroGracePeriod: gracePeriod,
  })
  .meta(
    validatedBy(minBelowMax, {
      rule: '!has(self.targetConcurrency) || !has(self.containerConcurrency) || self.targetConcurrency <= self.containerConcurrency',
      message:
        'scaling.targetConcurrency is above scaling.containerConcurrency, so a pod is never seen as full: lower the target or raise the limit',
      fieldPath: '.targetConcurrency',
    }),
  );

/** An agent is kept warm unless it asks for 0. */
export const agentScaling = z
  .strictObject({
    minReplicas: int32(0).default(1).describe('Pods kept while idle; 0 scales to zero'),
    maxReplicas: int32(1).default(10).describe('Most pods at a time'),
    targetConcurrency: int32(1).default(10).describe('Requests per pod that the autoscaler aims at'),
    scaleToZeroGracePeriod: gracePeriod,
  })
  .meta(validatedBy(minBelowMax));
