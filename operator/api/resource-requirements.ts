import { z } from 'zod';
import { quantity } from './quantity.ts';
import { validatedBy } from './validation-rule.ts';

const memory = quantity.describe('Memory in bytes, such as `128Mi`');
const cpu = quantity.describe('CPU cores, such as `100m`');

const optionalAmounts = z.strictObject({ memory: memory.optional(), cpu: cpu.optional() });
const defaultedAmounts = z.strictObject({ memory: memory.default('64Mi'), cpu: cpu.default('50m') });

const limitCoversRequest = (['cpu', 'memory'] as const).map((resource) => ({
  rule: [
    '!has(self.limits)',
    '!has(self.requests)',
    `!has(self.limits.${resource})`,
    `!has(self.requests.${resource})`,
    `quantity(self.limits.${resource}).compareTo(quantity(self.requests.${resource})) >= 0`,
  ].join(' || '),
  message: `resources.limits.${resource} is below resources.requests.${resource}: raise the limit or lower the request (its default counts)`,
  fieldPath: `.limits.${resource}`,
}));

const limits = optionalAmounts.optional().describe('Most that a pod may use');

export const functionResources = z
  .strictObject({ requests: defaultedAmounts.optional().describe('What a pod is scheduled with'), limits })
  .meta(validatedBy(...limitCoversRequest));

export const agentResources = z
  .strictObject({ requests: optionalAmounts.optional().describe('What a pod is scheduled with'), limits })
  .meta(validatedBy(...limitCoversRequest));
