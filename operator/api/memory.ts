import { z } from 'zod';
import { int32 } from './integer.ts';
import { urlSecret } from './secret-reference.ts';

const shortTerm = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether a conversation is remembered'),
  backend: z.enum(['redis', 'inmemory']).default('redis').describe('Where it is kept'),
  redisSecretRef: urlSecret.optional().describe('Connection URL of Redis'),
  ttlSeconds: int32(1).default(86_400).describe('Time a conversation is kept, in seconds'),
});

const longTerm = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether anything is remembered beyond a conversation'),
  backend: z.enum(['postgres', 'inmemory']).default('postgres').describe('Where it is kept'),
  postgresSecretRef: urlSecret.optional().describe('Connection URL of PostgreSQL'),
});

const userMemory = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether users are remembered'),
  storePreferences: z.boolean().default(true).describe('Whether preferences of a user are kept'),
  storeFacts: z.boolean().default(true).describe('Whether facts about a user are kept'),
});

const workingMemory = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the task at hand is remembered'),
  trackDecisions: z.boolean().default(true).describe('Whether decisions are kept'),
  trackProgress: z.boolean().default(true).describe('Whether progress is kept'),
});

const constraint = z.strictObject({
  description: z.string().min(1).max(4096).describe('The rule, in words'),
  hard: z.boolean().default(true).describe('Whether it may never be broken'),
  category: z.string().max(253).default('general').describe('Group of rules it belongs to'),
});

const memorySchemas = ['chat', 'restaurant', 'medical', 'security', 'pos', 'default'] as const;

export const memory = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether the agent has a memory'),
  schema: z.enum(memorySchemas).default('default').describe('Shape of what is remembered'),
  shortTerm: shortTerm.optional().describe('Memory of a conversation'),
  longTerm: longTerm.optional().describe('Memory beyond a conversation'),
  userMemory: userMemory.optional().describe('Memory of users'),
  workingMemory: workingMemory.optional().describe('Memory of the task at hand'),
  defaultConstraints: z.array(constraint).max(64).optional().describe('Rules that always hold'),
});
