import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isRecord } from './cloud-event.ts';
import type { Settings } from './settings.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What the model says, and what it took. */
export interface Completion {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export type AskModel = (messages: readonly Message[]) => Promise<Completion>;

/** Why the model gave no answer: none of its words are in the message. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

const mostCharacters = 1_048_576;

/**
 * Asks ollama, and reads its answer piece by piece: https://docs.ollama.com/api/chat.
 * Rejects with a ModelError when there is no whole answer in time.
 */
export function askOllama(settings: Settings): AskModel {
  const { endpoint, maxTokens, model, temperature, timeoutMs } = settings;
  const options = { temperature, num_predict: maxTokens };
  return async (messages) => {
    try {
      return await withinTime(timeoutMs, async (signal) => {
        const body = JSON.stringify({ model, messages, stream: true, options });
        const answer = await post(new URL(`${endpoint}/api/chat`), body, signal);
        if (answer.statusCode === 200) return readAnswer(answer);
        answer.destroy();
        throw new ModelError(`ollama answers ${answer.statusCode}`);
      });
    } catch (error) {
      if (error instanceof ModelError) throw error;
      throw new ModelError('ollama cannot be reached', { cause: error });
    }
  };
}

/** Not fetch, which now and then goes on to wait for a body although its signal has aborted, and keeps the process alive. */
function post(url: URL, body: string, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', headers, signal }, resolve).on('error', reject).end(body);
  });
}

/** The result of the work, or a ModelError after the time, when its signal aborts. */
async function withinTime<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ModelError('ollama does not answer in time'));
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One JSON object a line; the last has `done` and the count of tokens. */
async function readAnswer(body: AsyncIterable<Uint8Array>): Promise<Completion> {
  let text = '';
  for await (const line of linesOf(body)) {
    const part = parseLine(line);
    if (typeof part['error'] === 'string') throw new ModelError('ollama stops with an error');
    const { message } = part;
    if (isRecord(message) && typeof message['content'] === 'string') text += message['content'];
    if (text.length > mostCharacters) throw new ModelError(`ollama says more than ${mostCharacters} characters`);
    if (part['done'] === true) return { text, ...tokensOf(part) };
  }
  throw new ModelError('ollama ends before its answer does');
}

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

function tokensOf(part: Readonly<Record<string, unknown>>) {
  return { inputTokens: countOf(part['prompt_eval_count']), outputTokens: countOf(part['eval_count']) };
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  try {
    const part: unknown = JSON.parse(line);
    if (isRecord(part)) return part;
  } catch {
    // the same as any other line that is no object
  }
  throw new ModelError('ollama answers with what is no JSON object');
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostCharacters) throw new ModelError('ollama answers with a line without an end');
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
