import { SendMessageRequest } from '@a2a-js/sdk';
import { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory } from '@a2a-js/sdk/client';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../../agent/sample.ts';
import { annotations, eventTypes } from '../../api/index.ts';
import { sampleFunction } from '../../function/sample.ts';
import { MemoryReceiver } from '../memory-receiver.ts';
import { TargetStandIn } from './target-stand-in.ts';

const receiver = new MemoryReceiver();
let target: TargetStandIn;
let base = '';

beforeAll(async () => {
  base = `http://127.0.0.1:${await receiver.listen()}`;
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
});

/** What stands before the receiver: its public name leads there. */
function fetchAs(token: string): typeof fetch {
  return (input, init) => {
    const url = String(input instanceof Request ? input.url : input).replace('https://lambda.example.com', base);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(url, { ...init, headers });
  };
}

const agentClient = (token: string) => {
  const fetchImpl = fetchAs(token);
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl })],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  });
  return factory.createFromUrl(`${base}/agents/agents/bruno/`, '.well-known/agent-card.json');
};
const message = (parts: readonly object[], changes: object = {}) => ({
  message: { messageId: 'm-1', contextId: '', role: 'ROLE_USER', parts, ...changes },
});
const tool = (more: object = {}) => ({ annotations: { [annotations.mcpTool]: 'true', ...more } });

describe('the official client of A2A 1.0', () => {
  const eventing = {
    intents: ['book-table'],
    subscriptions: [{ eventType: 'chat.message', description: 'A line of a chat' }, { eventType: '*' }],
  };

  test('reads the card of an agent that no pod runs', async () => {
    receiver.exposed.put(sampleAgent({ eventing }, { annotations: { [annotations.description]: 'Books tables' } }));
    const card = await (await agentClient('good')).getAgentCard();
    expect(card).toMatchObject({
      name: 'bruno',
      description: 'Books tables',
      version: '0.1.0',
      supportedInterfaces: [
        { url: 'https://lambda.example.com/agents/agents/bruno', protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      ],
      capabilities: { streaming: false, pushNotifications: false },
      securitySchemes: { token: { scheme: { $case: 'httpAuthSecurityScheme', value: { scheme: 'Bearer' } } } },
      securityRequirements: [{ schemes: { token: { list: [] } } }],
      skills: [
        { id: 'book-table', tags: ['intent'] },
        { id: 'chat.message', description: 'A line of a chat', tags: ['event'] },
      ],
    });
    expect(target.events).toEqual([]);
  });

  test('gets the answer of the agent as a message of its conversation', async () => {
    receiver.exposed.put(sampleAgent());
    receiver.addresses.set('bruno', target.url);
    target.answer(
      200,
      { 'ce-type': 'chat.reply', 'content-type': 'application/json' },
      { text: 'At eight.', model: 'm' },
    );
    const client = await agentClient('good');
    const answer = await client.sendMessage(
      SendMessageRequest.fromJSON(message([{ text: 'When?' }, { data: { guests: 2 } }], { contextId: 'c-7' })),
    );
    expect(answer).toMatchObject({
      contextId: 'c-7',
      parts: [
        { content: { $case: 'text', value: 'At eight.' } },
        { content: { $case: 'data', value: { model: 'm' } } },
      ],
    });
    expect(target.events).toEqual([
      {
        specversion: '1.0',
        hopcount: '1',
        id: 'm-1',
        source: '/a2a/system%3Aserviceaccount%3Aci%3Adeployer',
        type: eventTypes.invokeSync,
        subject: 'agents/bruno',
        datacontenttype: 'application/json',
        correlationid: expect.any(String),
        data: {
          text: 'When?',
          conversationId: 'c-7',
          messageId: 'm-1',
          parts: [{ text: 'When?' }, { data: { guests: 2 } }],
          metadata: {},
        },
      },
    ]);
    expect(receiver.audited).toMatchObject([
      { object: 'agent agents/bruno', decision: 'answered', sender: { kind: 'token' }, event: { id: 'm-1' } },
    ]);
  });

  test('fails with what an agent says that fails', async () => {
    receiver.exposed.put(sampleAgent());
    receiver.addresses.set('bruno', target.url);
    target.answer(503, { 'content-type': 'text/plain' }, 'at /srv/agent.js:12');
    const client = await agentClient('good');
    const sending = client.sendMessage(SendMessageRequest.fromJSON(message([{ text: 'When?' }])));
    await expect(sending).rejects.toThrow('agent bruno: it answers with status 503');
    expect(receiver.audited).toMatchObject([{ decision: 'failed' }]);
  });

  test('fails for a caller who may not reach the agent, also with the card', async () => {
    receiver.exposed.put(sampleAgent());
    await expect(agentClient('reader')).rejects.toThrow('403');
    await expect(agentClient('nobody')).rejects.toThrow('401');
  });

  test('fails for tasks, streams and files, which the card does not promise', async () => {
    receiver.exposed.put(sampleAgent());
    const client = await agentClient('good');
    const send = (given: object): Promise<unknown> => client.sendMessage(SendMessageRequest.fromJSON(given));
    await expect(client.getTask({ tenant: '', id: 't-1' })).rejects.toThrow('there are no tasks');
    await expect(send(message([{ text: 'x' }], { taskId: 't-1' }))).rejects.toThrow('there are no tasks');
    await expect(send(message([{ url: 'http://x/file', filename: 'f' }]))).rejects.toThrow('text or data');
    expect(target.events).toEqual([]);
  });
});

describe.each([
  { revision: '2026-07-28', versionNegotiation: { mode: 'auto' } },
  { revision: '2025-11-25', versionNegotiation: { mode: 'legacy' } },
] as const)('the official client of MCP by revision $revision', ({ revision, versionNegotiation }) => {
  const clientOf = async (token: string, path = '/mcp') => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${base}${path}`), { fetch: fetchAs(token) }));
    return client;
  };
  const schema = { type: 'object', properties: { city: { type: 'string', pattern: '^[a-z]+$' } }, required: ['city'] };

  test('finds the tools that it may call, and no others', async () => {
    receiver.exposed.put(sampleFunction({}, { ...tool({ [annotations.mcpInputSchema]: JSON.stringify(schema) }) }));
    receiver.exposed.put(sampleFunction({}, { name: 'hidden' }));
    receiver.exposed.put(sampleFunction({}, { name: 'for-readers', ...tool({ [annotations.description]: 'Reads' }) }));
    receiver.exposed.put(sampleFunction({}, { name: 'far', namespace: 'elsewhere', ...tool() }));
    receiver.exposed.put(sampleAgent({}, tool()));
    const client = await clientOf('good');
    expect(client.getServerVersion()).toMatchObject({ name: 'knative-lambda', version: '1.2.3' });
    expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['agents_bruno', 'functions_for-readers', 'functions_hello']);
    expect(tools[2]).toMatchObject({ description: 'The function hello of namespace functions', inputSchema: schema });
    expect(tools[0]?.inputSchema).toMatchObject({ required: ['text'] });
    const reader = await (await clientOf('reader')).listTools();
    expect(reader.tools).toMatchObject([{ name: 'functions_for-readers', description: 'Reads' }]);
    const ofNamespace = await (await clientOf('good', '/mcp/agents')).listTools();
    expect(ofNamespace.tools.map(({ name }) => name)).toEqual(['agents_bruno']);
  });

  test('gets the result of a function', async () => {
    receiver.exposed.put(sampleFunction({}, tool()));
    receiver.addresses.set('hello', target.url);
    const envelope = { functionName: 'hello', result: { statusCode: 200, body: { degrees: 21 } }, metrics: {} };
    target.answer(200, { 'ce-type': eventTypes.responseSuccess, 'content-type': 'application/json' }, envelope);
    const client = await clientOf('good');
    const result = await client.callTool({ name: 'functions_hello', arguments: { city: 'Rio' } });
    expect(result).toMatchObject({
      content: [{ type: 'text', text: '{"degrees":21}' }],
      structuredContent: { degrees: 21 },
    });
    expect(target.events).toMatchObject([{ type: eventTypes.invokeSync, data: { city: 'Rio' } }]);
    expect(receiver.audited).toMatchObject([{ object: 'function functions/hello', decision: 'answered' }]);
  });

  test('is told what is wrong with its arguments, and what a function says that fails', async () => {
    receiver.exposed.put(sampleFunction({}, tool({ [annotations.mcpInputSchema]: JSON.stringify(schema) })));
    receiver.addresses.set('hello', target.url);
    const client = await clientOf('good');
    const call = (given: Record<string, unknown>) => client.callTool({ name: 'functions_hello', arguments: given });
    expect(await call({ city: 'RIO' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('arguments/city: must match pattern') }],
    });
    expect(target.events).toEqual([]);
    const failure = { error: { code: 'ValueError', message: 'no such city', retryable: false } };
    target.answer(500, { 'ce-type': eventTypes.responseError, 'content-type': 'application/json' }, failure);
    expect(await call({ city: 'rio' })).toMatchObject({
      isError: true,
      content: [{ text: 'ValueError: no such city' }],
    });
  });

  test('fails for a tool that is none, is not served or is not allowed, in the same words', async () => {
    receiver.exposed.put(sampleFunction({}, tool()));
    receiver.exposed.put(sampleFunction({}, { name: 'hidden' }));
    const [good, reader] = [await clientOf('good'), await clientOf('reader')];
    const words = 'there is no such tool, or you may not call it';
    await expect(good.callTool({ name: 'functions_hidden' })).rejects.toThrow(words);
    await expect(good.callTool({ name: 'functions_lost' })).rejects.toThrow(words);
    await expect(good.callTool({ name: 'not a name' })).rejects.toThrow(words);
    await expect(reader.callTool({ name: 'functions_hello' })).rejects.toThrow(words);
    expect(target.events).toEqual([]);
  });

  test('fails for who proves nothing', async () => {
    await expect(clientOf('nobody')).rejects.toThrow(/401|unauthenticated/);
  });
});
