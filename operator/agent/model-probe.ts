import { isNativeError } from 'node:util/types';
import type { Pool } from 'undici';
import { z } from 'zod';
import { readAtMost } from '../read-at-most.ts';
import type { ModelTarget } from './model-target.ts';

/** What a server of models says. */
export type ModelAnswer =
  | { readonly kind: 'served' }
  /** It answers, and does not say whether it serves the model: it wants a key, or nothing names a model. */
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'failed'; readonly cause: string };

/** Asks a server which models it serves. Never throws; a cause has no word of the server in it. */
export type AskModel = (target: ModelTarget, signal: AbortSignal) => Promise<ModelAnswer>;

interface Protocol {
  /** Of the list of models, below the endpoint. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names in the list. @throws ZodError where it is another thing */
  namesIn(this: void, list: unknown): readonly string[];
}

const ollamaList = z.looseObject({ models: z.array(z.looseObject({ name: z.string() })) });
const publicList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });
const idsIn = (list: unknown): readonly string[] => publicList.parse(list).data.map(({ id }) => id);

/**
 * Sources: https://docs.ollama.com/api/tags, https://platform.openai.com/docs/api-reference/models/list and
 * https://docs.claude.com/en/api/models-list. The endpoint of openai ends in /v1, as its clients have it.
 */
const protocols: Readonly<Record<ModelTarget['provider'], Protocol>> = {
  ollama: {
    path: '/api/tags',
    headers: {},
    namesIn: (list) => ollamaList.parse(list).models.flatMap(({ name }) => [name, name.replace(/:latest$/, '')]),
  },
  openai: { path: '/models', headers: {}, namesIn: idsIn },
  anthropic: { path: '/v1/models?limit=1000', headers: { 'anthropic-version': '2023-06-01' }, namesIn: idsIn },
};

const mostBytes = 1024 * 1024;

/** Opens connections to an origin. */
type Connect = (origin: string) => Pick<Pool, 'request' | 'destroy'>;

/** Asks over HTTP, each time by a connection of its own. It follows no redirect. */
export function modelProbe(connect: Connect): AskModel {
  return async (target, signal) => {
    const { headers, path: list } = protocols[target.provider];
    const { origin, pathname } = new URL(target.endpoint);
    const pool = connect(origin);
    try {
      const path = `${pathname.replace(/\/+$/, '')}${list}`;
      const { body, statusCode } = await pool.request({ method: 'GET', path, headers, signal });
      return statusCode === 200
        ? judge(target, (await readAtMost(mostBytes, body))?.toString())
        : judgeStatus(statusCode, target);
    } catch (error) {
      return failed(signal.aborted ? 'does not answer in time' : `cannot be reached: ${codeOf(error)}`);
    } finally {
      await pool.destroy();
    }
  };
}

const failed = (cause: string): ModelAnswer => ({ kind: 'failed', cause });

function judgeStatus(status: number, { provider }: ModelTarget): ModelAnswer {
  if (status === 401 || status === 403) return { kind: 'unsaid' };
  return failed(
    status === 404
      ? `does not speak the API of ${provider} at this address: correct ai.provider or ai.endpoint`
      : `answers with status ${status}`,
  );
}

/** @param text undefined where it is longer than any list of models */
function judge({ model, provider }: ModelTarget, text: string | undefined): ModelAnswer {
  const names = text === undefined ? undefined : namesIn(provider, text);
  if (names === undefined) return failed(`does not answer with the list of models of ${provider}`);
  if (model === undefined) return { kind: 'unsaid' };
  return names.includes(model)
    ? { kind: 'served' }
    : failed(`does not serve ${model}: have it loaded there, or correct ai.model`);
}

function namesIn(provider: ModelTarget['provider'], text: string): readonly string[] | undefined {
  try {
    return protocols[provider].namesIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (!isNativeError(error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
