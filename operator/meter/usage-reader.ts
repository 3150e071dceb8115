import { z } from 'zod';
import type { Usage } from '../budget/policy.ts';
import type { ModelApi } from './model-call.ts';

const count = z.int().min(0).max(1_000_000_000);
const some = count.nullish().transform((value) => value ?? 0);

/** https://platform.openai.com/docs/api-reference/chat/object; of a stream only where it was asked for. */
const openai = z.object({ usage: z.object({ prompt_tokens: count, completion_tokens: some }) });
/** https://platform.openai.com/docs/api-reference/responses/object, also within the last event of a stream. */
const responsesUsage = z.object({ usage: z.object({ input_tokens: count, output_tokens: count }) });
const responses = z.union([
  responsesUsage,
  z.object({ response: responsesUsage }).transform(({ response }) => response),
]);
/** https://docs.anthropic.com/en/docs/build-with-claude/streaming; tokens of the cache are not among input_tokens. */
const anthropicUsage = z.object({
  input_tokens: some,
  cache_creation_input_tokens: some,
  cache_read_input_tokens: some,
  output_tokens: some,
});
const anthropic = z.union([
  z.object({ type: z.literal('message'), usage: anthropicUsage }),
  z.object({ type: z.literal('message_start'), message: z.object({ usage: anthropicUsage }) }),
  z.object({ type: z.literal('message_delta'), usage: anthropicUsage }),
]);
/** https://docs.ollama.com/api/chat, the object that is done; a prompt from the cache may have no count. */
const ollama = z.object({ prompt_eval_count: count.optional(), eval_count: count.optional() });

/** Reads what a model says that it used, part by part. */
export interface UsageReader {
  take(part: unknown): void;
  /** After the end; undefined where it has not said. */
  usage(): Usage | undefined;
}

/** @param estimated what the prompt takes where the API does not say it */
export function usageReader(api: ModelApi, estimated: Usage): UsageReader {
  switch (api) {
    case 'openai':
      return lastOf(openai, ({ usage }) => ({ input: usage.prompt_tokens, output: usage.completion_tokens }));
    case 'responses':
      return lastOf(responses, ({ usage }) => ({ input: usage.input_tokens, output: usage.output_tokens }));
    case 'ollama':
      return lastOf(ollama, ({ eval_count, prompt_eval_count }) =>
        eval_count === undefined && prompt_eval_count === undefined
          ? undefined
          : { input: prompt_eval_count ?? estimated.input, output: eval_count ?? 0 },
      );
    case 'anthropic':
      return anthropicReader();
  }
}

function lastOf<Schema extends z.ZodType>(
  schema: Schema,
  toUsage: (part: z.output<Schema>) => Usage | undefined,
): UsageReader {
  let last: Usage | undefined;
  return {
    take: (part) => {
      const { data } = schema.safeParse(part);
      if (data !== undefined) last = toUsage(data) ?? last;
    },
    usage: () => last,
  };
}

/** The prompt at the start, and what was said so far with each delta; without one nobody knows the end. */
function anthropicReader(): UsageReader {
  let [input, output, isWhole] = [0, 0, false];
  const take = (part: unknown): void => {
    const { data } = anthropic.safeParse(part);
    if (data === undefined) return;
    const usage = data.type === 'message_start' ? data.message.usage : data.usage;
    const prompt = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
    [input, output] = [Math.max(input, prompt), Math.max(output, usage.output_tokens)];
    isWhole ||= data.type !== 'message_start';
  };
  return { take, usage: () => (isWhole ? { input, output } : undefined) };
}
