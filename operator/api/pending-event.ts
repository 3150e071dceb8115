import { z } from 'zod';
import { timestamp } from './condition.ts';

/** Most events that one object keeps until they are sent; older ones give way. */
export const maxPendingEvents = 64;

const pendingEvent = z.object({
  id: z.string().min(1).max(64).describe('CloudEvents id: the same transition has the same one'),
  type: z.string().min(1).max(256).describe('CloudEvents type'),
  time: timestamp.describe('When it happened'),
  correlationId: z.string().max(256).optional().describe('What it is part of'),
  traceParent: z.string().max(64).optional().describe('Trace that it is part of'),
  data: z
    .looseObject({})
    .meta({ 'x-kubernetes-preserve-unknown-fields': true, maxProperties: 16 })
    .describe('Data of the event'),
});
export type PendingEvent = z.infer<typeof pendingEvent>;

/** Written with the status that they tell of, gone with one that is written after the Broker has taken them. */
export const pendingEvents = z
  .array(pendingEvent)
  .max(maxPendingEvents)
  .optional()
  .describe('Lifecycle events that are still to be sent');
