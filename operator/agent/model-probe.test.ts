import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeAll, afterAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { type ModelAnswer, modelProbe } from './model-probe.ts';
import type { ModelTarget } from './model-target.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ask = modelProbe((origin) => new Pool(origin, { connections: 1 }));
let server: Server;
let origin: string;
let answer: Answer;
let asked: { readonly url: string; readonly version: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', version: request.headers['anthropic-version']?.toString() });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterEach(() => {
  asked = [];
});

afterAll(() => {
  server.close();
});

const json =
  (body: unknown, status = 200): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** What each server answers to the question which models it has. */
const lists = {
  ollama: { models: [{ name: 'llama3.2:3b', model: 'llama3.2:3b', size: 2_019_393_189 }, { name: 'phi:latest' }] },
  openai: { object: 'list', data: [{ id: 'llama3.2:3b', object: 'model', created: 1, owned_by: 'vllm' }] },
  anthropic: { data: [{ type: 'model', id: 'llama3.2:3b', display_name: 'Llama' }], has_more: false },
} as const;

const endpoints = { ollama: '', openai: '/v1', anthropic: '/' } as const;
const providers = ['ollama', 'openai', 'anthropic'] as const;

function askFor(provider: ModelTarget['provider'], model: string | undefined): Promise<ModelAnswer> {
  const target = { provider, endpoint: `${origin}${endpoints[provider]}`, model };
  return ask(target, new AbortController().signal);
}

const causeOf = async (given: Answer): Promise<unknown> => {
  answer = given;
  const said = await askFor('ollama', 'llama3.2:3b');
  return said.kind === 'failed' ? said.cause : said.kind;
};

describe.each(providers)('a server of %s', (provider) => {
  test('says that it serves a model of its list', async () => {
    answer = json(lists[provider]);
    expect(await askFor(provider, 'llama3.2:3b')).toEqual({ kind: 'served' });
  });

  test('fails where the model is not in its list', async () => {
    answer = json(lists[provider]);
    expect(await askFor(provider, 'gone')).toEqual({
      kind: 'failed',
      cause: 'does not serve gone: have it loaded there, or correct ai.model',
    });
  });

  test('says nothing of no model in particular', async () => {
    answer = json(lists[provider]);
    expect(await askFor(provider, undefined)).toEqual({ kind: 'unsaid' });
  });

  test.each([401, 403])('that wants a key says nothing with %i', async (status) => {
    answer = json({ error: { message: 'no key' } }, status);
    expect(await askFor(provider, 'llama3.2:3b')).toEqual({ kind: 'unsaid' });
  });
});

test('each is asked as its API has it', async () => {
  answer = json({});
  for (const provider of providers) await askFor(provider, undefined);
  expect(asked).toEqual([
    { url: '/api/tags', version: undefined },
    { url: '/v1/models', version: undefined },
    { url: '/v1/models?limit=1000', version: '2023-06-01' },
  ]);
});

test('a model of ollama without a tag is the latest one', async () => {
  answer = json(lists.ollama);
  expect(await askFor('ollama', 'phi')).toEqual({ kind: 'served' });
  expect(await askFor('ollama', 'llama3.2')).toMatchObject({ kind: 'failed' });
});

const elsewhere: Answer = (_request, response) => response.writeHead(302, { location: `${origin}/other` }).end();

describe('a server fails', () => {
  const secret = 'the answer of somebody else';

  test.each<[string, Answer, string]>([
    ['with a status', json({ error: secret }, 503), 'answers with status 503'],
    ['with another API', json({ error: secret }, 404), 'does not speak the API of ollama at this address: correct'],
    ['with another object', json({ secret }), 'does not answer with the list of models of ollama'],
    ['with no JSON', (_, response) => response.end(secret), 'does not answer with the list of models of ollama'],
    [
      'with too much',
      json({ ...lists.ollama, more: 'x'.repeat(1_100_000) }),
      'does not answer with the list of models of ollama',
    ],
    [
      'by ending half-way',
      (_, response) => void response.writeHead(200).write('{', () => response.destroy()),
      'cannot be',
    ],
  ])('%s, and nothing that it said is repeated', async (_how, given, cause) => {
    const said = await causeOf(given);
    expect(said).toEqual(expect.stringContaining(cause));
    expect(said).not.toContain(secret);
  });

  test('by sending elsewhere, where nobody goes', async () => {
    expect(await causeOf(elsewhere)).toBe('answers with status 302');
    expect(asked.map(({ url }) => url)).toEqual(['/api/tags']);
  });

  test('by saying nothing until the question is given up', async () => {
    const giveUp = new AbortController();
    answer = () => giveUp.abort();
    const target = { provider: 'ollama', endpoint: origin, model: 'x' } as const;
    expect(await ask(target, giveUp.signal)).toEqual({ kind: 'failed', cause: 'does not answer in time' });
  });

  test('by not being there', async () => {
    const target = { provider: 'ollama', endpoint: 'http://127.0.0.1:1', model: 'x' } as const;
    const said = await ask(target, new AbortController().signal);
    expect(said).toEqual({ kind: 'failed', cause: 'cannot be reached: ECONNREFUSED' });
  });
});
