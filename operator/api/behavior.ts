import { z } from 'zod';
import { prompt } from './ai.ts';
import { int32 } from './integer.ts';

export const behavior = z.strictObject({
  maxContextMessages: int32(0, 1000).default(10).describe('Earlier messages sent with a request; 0 sends none'),
  emitEvents: z.boolean().default(true).describe('Whether the agent sends events about what it does'),
  systemPrompt: prompt.optional().describe('Instructions for the model, read when `ai.systemPrompt` is absent'),
});
