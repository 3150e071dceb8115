import { z } from 'zod';
import type { Usage } from '../budget/policy.ts';

/** The API that a request speaks: how its usage is read, and how it is refused. */
export type ModelApi = 'openai' | 'responses' | 'anthropic' | 'ollama';

/** What is done with a request. */
export type Treatment =
  | { readonly kind: 'metered'; readonly api: ModelApi }
  /** It asks no model. */
  | { readonly kind: 'free' }
  /** Nobody could say what it uses. */
  | { readonly kind: 'unknown'; readonly api: ModelApi };

/** Ends of paths: what stands before them is the provider's. */
const metered: readonly (readonly [end: string, api: ModelApi])[] = [
  ['/chat/completions', 'openai'],
  ['/completions', 'openai'],
  ['/embeddings', 'openai'],
  ['/responses', 'responses'],
  ['/v1/messages', 'anthropic'],
  ['/api/chat', 'ollama'],
  ['/api/generate', 'ollama'],
  ['/api/embed', 'ollama'],
];
const free = ['/v1/messages/count_tokens', '/api/show', '/moderations'] as const;

export function treatmentOf(method: string, path: string): Treatment {
  if (method === 'GET' || method === 'HEAD') return { kind: 'free' };
  const api = metered.find(([end]) => path.endsWith(end))?.[1];
  const isPost = method === 'POST';
  if (isPost && free.some((end) => path.endsWith(end))) return { kind: 'free' };
  return isPost && api !== undefined ? { kind: 'metered', api } : { kind: 'unknown', api: api ?? formOf(path) };
}

function formOf(path: string): ModelApi {
  if (path.includes('/api/')) return 'ollama';
  return path.includes('/messages') ? 'anthropic' : 'openai';
}

const tokens = z.int().min(1).max(10_000_000).optional().catch(undefined);

/** What the three APIs call the longest answer, and how many are asked for. */
const requestSchema = z.object({
  max_tokens: tokens,
  max_completion_tokens: tokens,
  max_output_tokens: tokens,
  options: z.object({ num_predict: tokens }).optional().catch(undefined),
  n: z.int().min(1).max(1000).optional().catch(undefined),
  best_of: z.int().min(1).max(1000).optional().catch(undefined),
});

/** Of English text; prompts in other scripts may have more tokens. */
const bytesOfToken = 4;

/** What a call takes: its prompt by its length, and the longest answer that it asks for. */
export function estimateOf(body: Buffer, longestAnswer: number): Usage {
  const { best_of = 1, max_completion_tokens, max_output_tokens, max_tokens, n = 1, options } = parseRequest(body);
  const most = max_completion_tokens ?? max_output_tokens ?? max_tokens ?? options?.num_predict ?? longestAnswer;
  return { input: Math.ceil(body.byteLength / bytesOfToken), output: most * Math.max(n, best_of) };
}

function parseRequest(body: Buffer): Partial<z.output<typeof requestSchema>> {
  try {
    return requestSchema.safeParse(JSON.parse(body.toString())).data ?? {};
  } catch {
    return {};
  }
}
