import { z } from 'zod';
import { int32 } from './integer.ts';
import { keyReference, textConfigMap } from './secret-reference.ts';
import { url } from './url.ts';
import { validatedBy } from './validation-rule.ts';

const aiProviders = ['ollama', 'openai', 'anthropic', 'none'] as const;

/** Bounded by what one environment variable may hold on Linux. */
export const prompt = z.string().max(131_072);

const temperaturePattern = /^([01](\.[0-9]*)?|\.[0-9]+|2(\.0*)?)$/;

/** Number or string, which only a schema without a type allows; bounds that exclude each other refuse the rest. */
const temperature = z.union([z.number().min(0).max(2), z.string().max(32).regex(temperaturePattern)]).meta({
  'x-kubernetes-preserve-unknown-fields': true,
  minimum: 0,
  maximum: 2,
  maxLength: 32,
  pattern: temperaturePattern.source,
  minProperties: 1,
  maxProperties: 0,
  minItems: 1,
  maxItems: 0,
  not: { enum: [true, false] },
});

export const ai = z
  .strictObject({
    provider: z.enum(aiProviders).default('ollama').describe('Who serves the model'),
    endpoint: url.optional().describe('Address of the model server; that of the provider when absent'),
    model: z.string().max(256).optional().describe('Model, as the provider names it'),
    maxTokens: int32(1, 1_000_000).default(2048).describe('Most tokens in one answer'),
    temperature: temperature.default('0.7').describe('Randomness of answers, 0 to 2, as a number or a string'),
    systemPrompt: prompt.optional().describe('Instructions for the model; wins over `behavior.systemPrompt`'),
    systemPromptConfigMapRef: textConfigMap
      .optional()
      .describe('The same from a ConfigMap, up to 128 KiB; another version of it rolls out'),
    apiKeySecretRef: keyReference.optional().describe('API key; needed for openai and anthropic'),
  })
  .meta(
    validatedBy(
      {
        rule: '!has(self.systemPrompt) || !has(self.systemPromptConfigMapRef)',
        message: 'ai has systemPrompt and systemPromptConfigMapRef: keep one of them',
        reason: 'FieldValueForbidden',
        fieldPath: '.systemPromptConfigMapRef',
      },
      {
        rule: "!(self.provider in ['openai', 'anthropic']) || has(self.apiKeySecretRef)",
        message: 'ai.provider is openai or anthropic: add ai.apiKeySecretRef with the name and key of a Secret',
        reason: 'FieldValueRequired',
        fieldPath: '.apiKeySecretRef',
      },
    ),
  );
