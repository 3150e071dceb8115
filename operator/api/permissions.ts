import { z } from 'zod';
import { agentTierNames } from './agent-tiers.ts';
import { eventSource, eventType } from './event-type.ts';

const allowedNamespace = z
  .string()
  .min(1)
  .max(63)
  .regex(/^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/);

const eventControls = z.strictObject({
  allowEventDisable: z.boolean().default(false).describe('Whether an event may switch off what the agent may create'),
  controlEventTypes: z
    .array(eventType)
    .max(64)
    .default(['io.homelab.rbac.disable', 'io.homelab.rbac.enable'])
    .describe('Event types that switch it off and on'),
  allowedControlSources: z.array(eventSource).max(64).optional().describe('CloudEvents sources such events may have'),
});

/** Limits on the agent itself, not on what the operator makes for it. */
export const permissions = z.strictObject({
  tier: z
    .enum(agentTierNames)
    .optional()
    .describe(
      'What the agent may do at the API server in its namespace, where the environment allows it; nothing when absent',
    ),
  disableBrokerCreation: z.boolean().default(false).describe('Whether the agent may not create Brokers'),
  disableTriggerCreation: z.boolean().default(false).describe('Whether the agent may not create Triggers'),
  disableFunctionCreation: z.boolean().default(false).describe('Whether the agent may not create LambdaFunctions'),
  allowedTargetNamespaces: z
    .array(allowedNamespace)
    .max(256)
    .optional()
    .describe('Namespaces the agent may reach; `*` for all'),
  eventControls: eventControls.optional().describe('Events that change these limits at run time'),
});
