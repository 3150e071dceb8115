import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../agent/sample.ts';
import { LedgerReceiver, ModelStandIn, openMeter, type OpenMeterProps } from './memory-meter.ts';

const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream; charset=utf-8' };
const lines = { 'content-type': 'application/x-ndjson' };
const secret = 'sk-hostile\u0041-secret';

let [model, receiver] = [new ModelStandIn(), new LedgerReceiver()];
let [modelUrl, ledgerUrl] = ['', ''];
let closing: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  [model, receiver] = [new ModelStandIn(), new LedgerReceiver()];
  receiver.agent = sampleAgent({ budget: { perDay: { tokens: 1000 } } });
  [modelUrl, ledgerUrl] = [await model.listen(), await receiver.listen()];
  closing = [() => model.close(), () => receiver.close()];
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

async function start(more: Partial<OpenMeterProps> = {}) {
  const meter = await openMeter({ model: modelUrl, ledger: ledgerUrl, ...more });
  closing.push(meter.close);
  return meter;
}

const post = (address: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${address}${path}`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

/** An answer in chunks that cut lines and characters. */
const inPieces = (headers: Record<string, string>, text: string): void => {
  model.answer = (_request, response) => {
    response.writeHead(200, headers);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
    response.end();
  };
};

const trace = (id: string) => ({ traceparent: `00-${id.repeat(32)}-${'b'.repeat(16)}-01` });
const event = (part: object): string => `data: ${JSON.stringify(part)}\n\n`;
const line = (part: object): string => `${JSON.stringify(part)}\n`;

const openaiUsage = { prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 };
const openaiStream = [
  event({ choices: [{ delta: { content: 'hé ✓ "usage"' } }], usage: null }),
  event({ choices: [], usage: openaiUsage }),
  'data: [DONE]\n\n',
].join('');
const anthropicUsage = {
  input_tokens: 2,
  cache_creation_input_tokens: 4,
  cache_read_input_tokens: 6,
  output_tokens: 30,
};
const anthropicStream = [
  `event: message_start\n${event({ type: 'message_start', message: { usage: { ...anthropicUsage, output_tokens: 1 } } })}`,
  `event: content_block_delta\n${event({ type: 'content_block_delta', delta: { text: '✓' } })}`,
  `event: message_delta\n${event({ type: 'message_delta', delta: {}, usage: { output_tokens: 30 } })}`,
  event({ type: 'message_stop' }),
].join('');
const responses = { object: 'response', usage: { input_tokens: 12, output_tokens: 30, total_tokens: 42 } };
const ollamaEnd = { done: true, prompt_eval_count: 12, eval_count: 30 };

const answers: readonly (readonly [title: string, path: string, headers: Record<string, string>, answer: string])[] = [
  ['OpenAI', '/v1/chat/completions', json, JSON.stringify({ usage: openaiUsage })],
  ['OpenAI in a stream', '/v1/chat/completions', events, openaiStream],
  ['OpenAI Responses', '/v1/responses', json, JSON.stringify(responses)],
  ['OpenAI Responses in a stream', '/v1/responses', events, event({ type: 'response.completed', response: responses })],
  ['Anthropic', '/v1/messages', json, JSON.stringify({ type: 'message', usage: anthropicUsage })],
  ['Anthropic in a stream', '/v1/messages', events, anthropicStream],
  ['ollama', '/api/chat', json, JSON.stringify(ollamaEnd)],
  ['ollama in a stream', '/api/generate', lines, `${line({ response: 'é', done: false })}${line(ollamaEnd)}`],
];

describe('a call', () => {
  test.each(answers)(
    'of %s is passed on as it is, and counts as what it used',
    async (_title, path, headers, answer) => {
      const { address } = await start();
      inPieces(headers, answer);
      const response = await post(
        address,
        `${path}?beta=true`,
        { max_tokens: 60 },
        { authorization: `Bearer ${secret}` },
      );
      expect(await response.text()).toBe(answer);
      expect(response.headers.get('content-type')).toBe(headers['content-type']);
      expect((await receiver.settled()).spent).toEqual({ tokens: 42, micros: 0 });
      const [asked] = model.asked;
      expect(asked).toMatchObject({ path: `${path}?beta=true`, body: '{"max_tokens":60}' });
      expect(asked?.headers).toMatchObject({ authorization: `Bearer ${secret}`, host: new URL(modelUrl).host });
    },
  );

  test('reaches the agent part by part while it goes on', async () => {
    const { address } = await start();
    const ends: (() => void)[] = [];
    model.answer = (_request, response) => {
      response.writeHead(200, events).write(event({ choices: [] }));
      ends.push(() => response.end(event({ choices: [], usage: openaiUsage })));
    };
    const response = await post(address, '/v1/chat/completions', { stream: true, max_tokens: 60 });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain('choices');
    expect(await receiver.used()).toBe(68);
    ends[0]?.();
    while ((await reader?.read())?.done === false);
    expect((await receiver.settled()).spent.tokens).toBe(42);
  });

  test.each([
    ['says nothing of it', json, '{}'],
    ['was not asked to say it', events, event({ choices: [] })],
    ['is no JSON', json, 'usage'],
  ])('counts as what was reserved where the answer %s', async (_why, headers, answer) => {
    const { address } = await start();
    inPieces(headers, answer);
    await (await post(address, '/v1/chat/completions', { max_tokens: 60 })).text();
    expect((await receiver.settled()).spent.tokens).toBe(65);
  });

  test('without a limit of its own reserves the longest answer of the agent, for each that is asked for', async () => {
    const { address } = await start();
    inPieces(json, '{}');
    await (await post(address, '/v1/chat/completions', { n: 3 })).text();
    expect((await receiver.settled()).spent.tokens).toBe(302);
  });

  test('that the model refuses counts nothing', async () => {
    const { address } = await start();
    model.answer = (_request, response) => response.writeHead(500, json).end('{"usage":1}');
    expect((await post(address, '/v1/messages', { max_tokens: 60 })).status).toBe(500);
    expect((await receiver.settled()).spent.tokens).toBe(0);
  });

  test('of a model that is not there counts nothing, and says so', async () => {
    model.close();
    const { address, faults } = await start();
    const response = await post(address, '/v1/messages', { max_tokens: 60 });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect((await receiver.settled()).spent.tokens).toBe(0);
    expect(faults).toEqual(['a call of the model was cut off']);
  });

  test('that is cut off counts as what was reserved', async () => {
    const { address } = await start();
    model.answer = (_request, response) => {
      response.writeHead(200, events).write(event({ choices: [], usage: openaiUsage }), () => response.destroy());
    };
    const response = await post(address, '/v1/chat/completions', { max_tokens: 60 });
    await expect(response.text()).rejects.toThrow('terminated');
    expect((await receiver.settled()).spent.tokens).toBe(65);
  });

  test('that lasts too long is ended, and counts as what was reserved', async () => {
    const { address } = await start({ longestCallMs: 1000 });
    model.answer = () => {};
    expect((await post(address, '/api/chat', { options: { num_predict: 60 } })).status).toBe(502);
    expect((await receiver.settled()).spent.tokens).toBe(68);
  });
});

describe('a budget that is spent', () => {
  beforeEach(() => {
    receiver.agent = sampleAgent({ budget: { perDay: { tokens: 42 } } });
    inPieces(json, JSON.stringify({ usage: openaiUsage }));
  });

  test.each([
    ['/v1/chat/completions', { error: { type: 'insufficient_quota', code: 'insufficient_quota' } }],
    ['/v1/messages', { type: 'error', error: { type: 'rate_limit_error' } }],
    ['/api/chat', { error: 'the tokens of the day are spent: spec.budget of the agent' }],
  ])('refuses %s with 429 in the form of its API', async (path, body) => {
    const { address } = await start();
    await (await post(address, '/v1/chat/completions', { max_tokens: 60 })).text();
    await receiver.settled();
    const response = await post(address, path, {});
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status: 429, body });
    expect(response.headers.get('retry-after')).toBe('43200');
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(model.asked).toHaveLength(1);
  });

  test('begins anew with the next day', async () => {
    const { address } = await start();
    await (await post(address, '/v1/chat/completions', {})).text();
    await receiver.settled();
    receiver.now = new Date('2026-01-02T00:00:00Z');
    expect((await post(address, '/v1/chat/completions', {})).status).toBe(200);
  });

  test('of a run refuses that run alone, by the event or the trace that a call carries', async () => {
    receiver.agent = sampleAgent({ budget: { perRun: { tokens: 42 } } });
    const { address } = await start();
    const ask = async (headers: Record<string, string>): Promise<number> => {
      const { status } = await post(address, '/v1/chat/completions', {}, headers);
      await receiver.settled();
      return status;
    };
    expect(await ask({ 'ce-id': '1', 'ce-source': 'a' })).toBe(200);
    expect(await ask({ 'ce-id': '1', 'ce-source': 'a' })).toBe(429);
    expect(await ask({ 'ce-id': '1', 'ce-source': 'b' })).toBe(200);
    expect([await ask(trace('1')), await ask(trace('1')), await ask(trace('2'))]).toEqual([200, 429, 200]);
    expect([await ask({}), await ask({})]).toEqual([200, 200]);
  });
});

describe('a request that is no call', () => {
  test('is passed on where it asks no model', async () => {
    const { address } = await start();
    model.answer = (_request, response) => response.writeHead(200, json).end('{"models":[]}');
    expect(await (await fetch(`${address}/api/tags`)).json()).toEqual({ models: [] });
    expect((await post(address, '/api/show', { model: 'a' })).status).toBe(200);
    expect(receiver.objects.objects.size).toBe(0);
  });

  test('is refused where nobody could say what it uses', async () => {
    const { address } = await start();
    const response = await post(address, '/v1/images/generations', {});
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 403,
      body: { error: { type: 'invalid_request_error' } },
    });
    expect(model.asked).toEqual([]);
  });
});

describe('while the receiver is away', () => {
  beforeEach(async () => {
    await receiver.close();
    inPieces(json, JSON.stringify({ usage: openaiUsage }));
  });

  test('calls are refused where the budget pauses', async () => {
    const { address } = await start({ refusesUncounted: true });
    const response = await post(address, '/v1/chat/completions', {});
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(model.asked).toEqual([]);
  });

  test('calls go on uncounted elsewhere, and the log says so', async () => {
    const { address, faults } = await start({ refusesUncounted: false });
    expect((await post(address, '/v1/chat/completions', {})).status).toBe(200);
    expect(faults).toContain('a call of the model is not counted');
  });
});

test('nothing that a request brings is in what is stored or told', async () => {
  const { address, faults } = await start();
  model.answer = (_request, response) => response.destroy();
  const headers = {
    'ce-id': secret,
    'ce-source': secret,
    traceparent: secret,
    authorization: secret,
    [secret]: secret,
  };
  await post(address, `/v1/chat/completions?key=${secret}`, { prompt: secret, model: secret, max_tokens: 60 }, headers);
  const { spent } = await receiver.settled();
  expect(spent.tokens).toBeGreaterThan(60);
  const stored = [...receiver.objects.objects].map(([key, { body }]) => `${key} ${body.toString()}`);
  expect(stored).toHaveLength(1);
  expect([...stored, ...faults, ...receiver.faults].join('\n')).not.toContain('hostile');
});
