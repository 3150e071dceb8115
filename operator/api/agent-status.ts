import { z } from 'zod';
import { conditions, timestamp } from './condition.ts';
import { int32, int64 } from './integer.ts';
import { pendingEvents } from './pending-event.ts';

export const agentPhases = ['Pending', 'Deploying', 'Ready', 'Failed', 'Deleting'] as const;

const serviceStatus = z.object({
  serviceName: z.string().optional().describe('Knative Service'),
  url: z.string().optional().describe('Address of the agent'),
  ready: z.boolean().optional().describe('Whether the Knative Service is ready'),
  latestRevision: z.string().optional().describe('Newest revision that is ready'),
});

const eventingStatus = z.object({
  brokerName: z.string().optional().describe('Broker that the Triggers read'),
  brokerReady: z.boolean().optional().describe('Whether that broker is ready'),
  brokerUrl: z.string().optional().describe('Address that events are sent to'),
  triggerCount: int32(0).optional().describe('Triggers, forwards included'),
  forwardCount: int32(0).optional().describe('Triggers that forward to other agents'),
});

const aiStatus = z.object({
  provider: z.string().optional().describe('Who serves the model'),
  endpoint: z.string().optional().describe('Address of the model server'),
  activeModel: z.string().optional().describe('Model in use'),
  modelAvailable: z
    .boolean()
    .optional()
    .describe('Whether the server says that it serves the model; absent where it is not known'),
  lastHealthCheck: timestamp
    .optional()
    .describe('When the server of the model was last asked; written every ten minutes at most while nothing changes'),
  lastSuccess: timestamp.optional().describe('When the model was found served last'),
  probeMilliseconds: int32(0).optional().describe('How long the server of the model took to answer that check'),
  error: z.string().optional().describe('Why the model cannot be asked'),
  inferenceLatencyP99: z.string().optional().describe('99th percentile of the time to an answer'),
  activeConversations: int32(0).optional().describe('Conversations in progress'),
});

const disabledCapability = z.object({
  capability: z.string().describe('What is switched off: `broker`, `trigger` or `function`'),
  disabledAt: timestamp.optional().describe('When it was switched off'),
  disabledBy: z.string().optional().describe('Source of the event that did it'),
  expiresAt: timestamp.optional().describe('When it is on again; never when absent'),
});

const permissionStatus = z.object({
  tier: z.string().optional().describe('What the agent may do at the API server; absent for nothing'),
  brokerCreationDisabled: z.boolean().optional().describe('Whether the agent may not create Brokers'),
  triggerCreationDisabled: z.boolean().optional().describe('Whether the agent may not create Triggers'),
  functionCreationDisabled: z.boolean().optional().describe('Whether the agent may not create LambdaFunctions'),
  disabledByEvent: z.array(disabledCapability).max(64).optional().describe('What events have switched off'),
  lastEvaluated: timestamp.optional().describe('When this was last judged'),
});

const memoryStatus = z.object({
  shortTermConnected: z.boolean().optional().describe('Whether the short-term store answers'),
  longTermConnected: z.boolean().optional().describe('Whether the long-term store answers'),
  activeSchemas: z.array(z.string()).max(16).optional().describe('Schemas in use'),
  conversationsActive: int32(0).optional().describe('Conversations remembered'),
  lastSync: timestamp.optional().describe('When the stores were last written'),
});

const budgetStatus = z.object({
  day: z.string().optional().describe('Day that this is about, in UTC'),
  state: z.enum(['within', 'warned', 'spent']).optional().describe('Whether the limit of the day is near or reached'),
  tokensUsed: int64(0).optional().describe('Tokens of the day, those of calls under way as they are reserved'),
  tokensLimit: int64(0).optional().describe('Limit of the day'),
  moneyUsed: z.string().optional().describe('Money of the day by the prices of the spec'),
  moneyLimit: z.string().optional().describe('Limit of the day'),
  currency: z.string().optional().describe('Currency of both'),
});

export const agentStatus = z.object({
  phase: z.enum(agentPhases).optional().describe('Where the agent is, in one word'),
  observedGeneration: int64(0).optional().describe('Generation of the spec that this status is about'),
  serviceStatus: serviceStatus.optional().describe('The running service'),
  eventingStatus: eventingStatus.optional().describe('Broker and Triggers'),
  aiStatus: aiStatus.optional().describe('The model'),
  permissionStatus: permissionStatus.optional().describe('Limits in force'),
  memoryStatus: memoryStatus.optional().describe('The memory'),
  budget: budgetStatus.optional().describe('What of the budget is used; read about once a minute'),
  pendingEvents,
  conditions: conditions.optional().describe('State of each step, and Ready for all of them'),
});
export type LambdaAgentStatus = z.infer<typeof agentStatus>;
