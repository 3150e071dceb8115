import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../../agent/sample.ts';
import { annotations } from '../../api/index.ts';
import { sampleFunction } from '../../function/sample.ts';
import { MemoryReceiver, memoryLimits } from '../memory-receiver.ts';
import { send } from '../raw-request.ts';
import { TargetStandIn } from './target-stand-in.ts';

const receiver = new MemoryReceiver();
let target: TargetStandIn;
let port = 0;

beforeAll(async () => {
  port = await receiver.listen();
  target = await TargetStandIn.start();
});
afterAll(async () => {
  target.stop();
  await receiver.server.close();
});
beforeEach(() => {
  receiver.reset();
  target.events.length = 0;
  target.answers.length = 0;
  const isTool = { annotations: { [annotations.mcpTool]: 'true' } };
  receiver.exposed.put(sampleFunction({}, isTool));
  receiver.exposed.put(sampleAgent());
  for (const name of ['hello', 'bruno']) receiver.addresses.set(name, target.url);
});

const bearer = 'authorization: Bearer good';
const json = 'content-type: application/json';
const [agent, mcp] = ['/agents/agents/bruno', '/mcp'];
const rpc = (method: string, params: unknown = {}, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const post = async (path: string, headers: readonly string[], body: string) => {
  const answer = await send(port, ['POST', path], [bearer, json, ...headers], body);
  return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) };
};

const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const hostile: readonly (readonly [string, string, number, number])[] = [
  ['no JSON', '{', 400, -32_700],
  ['JSON of many levels', `{"jsonrpc":"2.0","id":1,"method":"x","params":${deep}}`, 400, -32_700],
  ['text that is not UTF-8', '\ud800', 400, -32_700],
  ['a batch', `[${rpc('tools/list')},${rpc('tools/list')}]`, 400, -32_600],
  ['an empty batch', '[]', 400, -32_600],
  ['null', 'null', 400, -32_600],
  ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400, -32_600],
  ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":{"a":1}}', 400, -32_600],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}', 400, -32_600],
  ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"tools/list"}', 400, -32_600],
  ['an answer instead of a call', '{"jsonrpc":"2.0","id":1,"result":{}}', 400, -32_600],
  ['parameters in a list', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}', 200, -32_602],
  ['the method of a prototype', rpc('__proto__'), 200, -32_601],
  ['an unknown method', rpc('hunter2/\u001b[31m'), 200, -32_601],
];

describe('a hostile request', () => {
  test.each(hostile)('of %s is answered with an error of the protocol', async (_, body, status, code) => {
    for (const [path, headers] of [
      [mcp, []],
      [agent, ['a2a-version: 1.0']],
    ] as const) {
      const answer = await post(path, headers, body);
      expect([path, answer.status, answer.json.error.code]).toEqual([path, status, code]);
      expect(answer.body).not.toMatch(/hunter2|\.ts|\bat /);
    }
    expect(receiver.faults).toEqual([]);
    expect(target.events).toEqual([]);
    expect(receiver.audited).toEqual([]);
  });

  test('above the limit of a body is refused', async () => {
    const answer = await post(mcp, [], rpc('tools/list', { cursor: 'x'.repeat(memoryLimits.bodyBytes) }));
    expect(answer.status).toBe(413);
  });

  test.each([
    ['the name of a tool', rpc('tools/call', { name: `hunter2\n${'x'.repeat(5000)}` })],
    ['the name of a tool that is an object', rpc('tools/call', { name: { a: 1 } })],
    ['a cursor', rpc('tools/list', { cursor: '../hunter2' })],
    ['arguments that are a list', rpc('tools/call', { name: 'functions_hello', arguments: [1] })],
  ])('with %s reaches nobody', async (_, body) => {
    const answer = await post(mcp, [], body);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain('hunter2');
    expect(answer.json.error?.code ?? answer.json.result.isError).toEqual(expect.anything());
    expect(target.events).toEqual([]);
    expect(receiver.faults).toEqual([]);
  });

  test('leaves nothing of its own in metrics', async () => {
    await post('/agents/hunter2/bruno', ['a2a-version: hunter2'], rpc('hunter2'));
    await post('/mcp/hunter2', ['mcp-method: hunter2'], rpc('hunter2'));
    const page = await send(port, ['GET', '/metrics'], [], '');
    expect(page.body).toContain('route="/agents/:namespace/:name"');
    expect(page.body).not.toContain('hunter2');
  });
});

const message = (changes: object = {}) => ({
  message: { messageId: 'm-1', role: 'ROLE_USER', parts: [{ text: 'hi' }], ...changes },
});

describe('the address of an agent', () => {
  test.each([
    ['without a version', [], message(), -32_009],
    ['of version 0.3', ['a2a-version: 0.3'], message(), -32_009],
    ['without parts', ['a2a-version: 1.0'], message({ parts: [] }), -32_602],
    ['with an id that would break a header', ['a2a-version: 1.0'], message({ messageId: 'a\nb' }), -32_602],
    ['that speaks for the agent', ['a2a-version: 1.0'], message({ role: 'ROLE_AGENT' }), -32_602],
    ['of which the answer is to be pushed', ['a2a-version: 1.0'], push(), -32_003],
  ])('fails for a message %s', async (_, headers, params, code) => {
    const answer = await post(agent, headers, rpc('SendMessage', params));
    expect([answer.status, answer.json.error.code]).toEqual([200, code]);
    expect(target.events).toEqual([]);
  });

  test('hands on how many calls led to this one, and ends a ring', async () => {
    const [first, later, last] = ['', 'ce-hopcount: 7', 'ce-hopcount: 16'];
    for (const hops of [first, later]) {
      target.answer(200, { 'content-type': 'text/plain' }, 'done');
      const answer = await post(agent, ['a2a-version: 1.0', hops].filter(Boolean), rpc('SendMessage', message()));
      expect(answer.json.error).toBeUndefined();
    }
    expect(target.events).toMatchObject([{ hopcount: '1' }, { hopcount: '8' }]);
    const refused = await post(agent, ['a2a-version: 1.0', last], rpc('SendMessage', message()));
    expect([refused.status, refused.json.error]).toEqual([422, 'too_many_hops']);
    expect(target.events).toHaveLength(2);
  });

  function push() {
    return { ...message(), configuration: { taskPushNotificationConfig: { url: 'http://10.0.0.1/' } } };
  }

  test.each([
    ['/agents/agents/lost/.well-known/agent-card.json', bearer, 404],
    ['/agents/Agents/..%2fbruno/.well-known/agent-card.json', bearer, 404],
    ['/agents/elsewhere/bruno/.well-known/agent-card.json', bearer, 403],
    ['/agents/agents/bruno/.well-known/agent-card.json', 'authorization: Bearer reader', 403],
    ['/agents/agents/lost/.well-known/agent-card.json', 'authorization: Bearer reader', 403],
    ['/agents/agents/bruno/.well-known/agent-card.json', 'x: y', 401],
    ['/agents/agents/bruno', bearer, 405],
  ])('answers GET %s with %s by %i', async (path, proof, status) => {
    expect((await send(port, ['GET', path], [proof], '')).status).toBe(status);
  });
});

interface ToolPage {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string;
}

describe('the address of tools', () => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const modern = ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/call'];
  const call = (changes: object = {}) => rpc('tools/call', { name: 'functions_hello', _meta: meta, ...changes });
  const old = { ...meta, 'io.modelcontextprotocol/protocolVersion': '1900-01-01' };

  test.each([
    ['another method in its header', ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/list'], call(), -32_020],
    ['no name in its headers', modern, call(), -32_020],
    ['another name in its header', [...modern, 'mcp-name: functions_other'], call(), -32_020],
    ['no version in its headers', ['mcp-method: tools/call', 'mcp-name: functions_hello'], call(), -32_020],
    ['a version that is not served', ['mcp-protocol-version: 1900-01-01'], call({ _meta: old }), -32_022],
    ['no version in its body', ['mcp-protocol-version: 2026-07-28'], call({ _meta: {} }), -32_602],
  ])('fails for a request with %s', async (_, headers, body, code) => {
    const answer = await post(mcp, headers, body);
    expect([answer.status, answer.json.error.code]).toEqual([400, code]);
    expect(target.events).toEqual([]);
  });

  test('takes a name that its header has in base64', async () => {
    target.answer(200, { 'content-type': 'text/plain' }, 'done');
    const name = `=?base64?${Buffer.from('functions_hello').toString('base64')}?=`;
    const answer = await post(mcp, [...modern, `mcp-name: ${name}`], call());
    expect(answer.json.result).toMatchObject({ resultType: 'complete', content: [{ text: 'done' }] });
  });

  test('lists no tool whose schema is wrong, tells of it once, and says why to who calls it', async () => {
    const given = { [annotations.mcpTool]: 'true', [annotations.mcpInputSchema]: '{"type":"object","$ref":"#"}' };
    receiver.exposed.put(sampleFunction({}, { name: 'broken', annotations: given }));
    receiver.exposed.wrong.length = 0;
    for (let count = 0; count < 2; count += 1) {
      await receiver.clock.advance(10_000);
      const { tools } = (await post(mcp, [], rpc('tools/list'))).json.result;
      expect(tools.map(({ name }: { readonly name: string }) => name)).toEqual(['functions_hello']);
    }
    expect(receiver.exposed.wrong).toEqual([expect.stringMatching(/^broken: .*\$ref is not allowed/)]);
    const answer = await post(mcp, [], rpc('tools/call', { name: 'functions_broken' }));
    expect(answer.json.error).toMatchObject({ code: -32_602, message: expect.stringContaining('$ref is not allowed') });
  });

  test('hands a long list on in pages, each tool once', async () => {
    const given = { [annotations.mcpTool]: 'true' };
    const names = Array.from({ length: 250 }, (_, index) => `f-${String(index).padStart(3, '0')}`);
    for (const name of names.toReversed()) receiver.exposed.put(sampleFunction({}, { name, annotations: given }));
    await receiver.clock.advance(10_000);
    const pages: (readonly { readonly name: string }[])[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page: ToolPage = (await post(mcp, [], rpc('tools/list', { cursor }))).json.result;
      pages.push(page.tools);
      cursor = page.nextCursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 51]);
    expect(pages.flat().map(({ name }) => name)).toEqual([...names, 'hello'].map((name) => `functions_${name}`));
  });

  test('takes a notification without a word', async () => {
    const answer = await post(mcp, [], '{"jsonrpc":"2.0","method":"notifications/initialized"}');
    expect([answer.status, answer.body]).toEqual([202, '']);
  });

  test.each([
    ['of a page of another site', ['origin: https://evil.example.com'], 403],
    ['in another media type', ['content-encoding: gzip'], 415],
  ])('fails for a request %s', async (_, headers, status) => {
    expect((await post(mcp, headers, rpc('tools/list'))).status).toBe(status);
  });

  test.each(['GET', 'DELETE'])('fails for %s, as there are no sessions', async (method) => {
    expect((await send(port, [method, mcp], [bearer], '')).status).toBe(405);
  });
});
