import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SendMessageRequest } from '@a2a-js/sdk';
import { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory } from '@a2a-js/sdk/client';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sampleAgent } from '../operator/agent/sample.ts';
import { MemoryReceiver } from '../operator/receiver/memory-receiver.ts';
import { projectRoot } from '../stacks/index.ts';
import { eventually } from './cluster/eventually.ts';
import { findFreePorts } from './cluster/free-ports.ts';
import { OllamaStandIn, pieceOf } from './ollama-stand-in.ts';

jest.setTimeout(120_000);

const program = join(projectRoot, 'samples/agents/chatbot/main.ts');
const patience = { timeoutMs: 60_000, intervalMs: 50 } as const;
const secret = 'the secret is hunter2';
let ollama: OllamaStandIn;
let child: ChildProcess;
let port = 0;
let output = '';

beforeAll(async () => {
  ollama = await OllamaStandIn.start();
  [port = 0] = await findFreePorts(1);
  child = start({ PORT: String(port) });
  const isHealthy = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(isHealthy, patience);
});

afterAll(async () => {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  ollama.stop();
});

beforeEach(() => {
  ollama.chats.length = 0;
});

/** As the operator starts it (operator/agent/environment.ts). */
function start(more: Readonly<Record<string, string>>): ChildProcess {
  const env = {
    PATH: process.env['PATH'],
    AGENT_NAME: 'agent-bruno',
    AGENT_NAMESPACE: 'team',
    EVENT_SOURCE: '/agents/team/agent-bruno',
    OLLAMA_URL: ollama.url,
    OLLAMA_MODEL: 'llama3.2:3b',
    AI_TEMPERATURE: '0.1',
    AI_MAX_TOKENS: '64',
    SYSTEM_PROMPT: 'You are Bruno.',
    MAX_CONTEXT_MESSAGES: '4',
    TIMEOUT_SECONDS: '8',
    ...more,
  };
  const started = spawn(process.execPath, ['--import', 'tsx', program], { cwd: projectRoot, env });
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  return started;
}

let count = 0;

/** Sends an event in binary mode, as a Broker does. */
async function ask(text: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': `e-${(count += 1)}`,
      'ce-source': '/chat',
      'ce-type': 'io.homelab.chat.message',
      ...headers,
    },
    body: JSON.stringify({ message: text, conversationId: headers['conversation'] ?? 'one' }),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

const said = (text: string): string => `You said: ${text} ✓`;

/** In structured mode. */
const sendStructured = async (event: object): Promise<number> => {
  const headers = { 'content-type': 'application/cloudevents+json' };
  return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: JSON.stringify(event) })).status;
};

describe('the reference agent', () => {
  test('answers an event with one of its own, in one piece', async () => {
    const { body, headers, status } = await ask('Grüße', {
      'ce-id': 'first',
      'ce-subject': 'ana',
      'ce-correlationid': 'c-1',
      'ce-intenthops': '2',
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ text: 'You said: Grüße ✓', model: 'llama3.2:3b', conversationId: 'one' });
    expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith('ce-')))).toEqual({
      'ce-specversion': '1.0',
      'ce-id': expect.stringMatching(/^[0-9a-f]{32}$/),
      'ce-source': '/agents/team/agent-bruno',
      'ce-type': 'io.homelab.chat.reply',
      'ce-subject': 'ana',
      'ce-causationid': 'first',
      'ce-correlationid': 'c-1',
      'ce-intenthops': '2',
    });
    expect(ollama.chats).toEqual([
      {
        model: 'llama3.2:3b',
        stream: true,
        options: { temperature: 0.1, num_predict: 64 },
        messages: [
          { role: 'system', content: 'You are Bruno.' },
          { role: 'user', content: 'Grüße' },
        ],
      },
    ]);
  });

  test('is asked by the client of A2A, through the receiver, and keeps its conversation', async () => {
    const receiver = new MemoryReceiver();
    const metadata = { name: 'agent-bruno', namespace: 'team' };
    receiver.exposed.put(sampleAgent({}, metadata));
    receiver.addresses.set('agent-bruno', `http://127.0.0.1:${port}/`);
    const base = `http://127.0.0.1:${await receiver.listen()}`;
    const fetchImpl: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', 'Bearer good');
      const url = input instanceof Request ? input.url : input.toString();
      return fetch(url.replace('https://lambda.example.com', base), { ...init, headers });
    };
    const factory = new ClientFactory({
      transports: [new JsonRpcTransportFactory({ fetchImpl })],
      cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
    });
    const client = await factory.createFromUrl(`${base}/agents/team/agent-bruno/`, '.well-known/agent-card.json');
    const send = async (messageId: string, text: string, contextId: string) => {
      const message = { messageId, contextId, role: 'ROLE_USER', parts: [{ text }] };
      const answer = await client.sendMessage(SendMessageRequest.fromJSON({ message }));
      return 'messageId' in answer ? answer : { contextId: '', parts: [] };
    };
    const first = await send('m-1', 'Grüße', '');
    expect(first.parts[0]?.content).toEqual({ $case: 'text', value: said('Grüße') });
    await send('m-2', 'again', first.contextId);
    await receiver.server.close();
    const contents = ollama.chats.map(({ messages }) => messages.slice(1).map(({ content }) => content));
    expect(contents).toEqual([['Grüße'], ['Grüße', said('Grüße'), 'again']]);
  });

  test('keeps what was said in a conversation, and of it the last messages only', async () => {
    const conversation = 'two';
    for (const text of ['a', 'b', 'c', 'd']) await ask(text, { conversation });
    await ask('x', { conversation: 'three' });
    const contents = ollama.chats.map(({ messages }) => messages.slice(1).map(({ content }) => content));
    expect(contents).toEqual([
      ['a'],
      ['a', said('a'), 'b'],
      ['a', said('a'), 'b', said('b'), 'c'],
      ['b', said('b'), 'c', said('c'), 'd'],
      ['x'],
    ]);
  });

  test('asks once about an event that comes twice, also at the same time', async () => {
    const headers = { 'ce-id': 'twice', conversation: 'four' };
    const [one, other] = await Promise.all([ask('hello', headers), ask('hello', headers)]);
    expect(one.headers.get('ce-id')).toBe(other.headers.get('ce-id'));
    expect((await ask('hello', headers)).body).toBe(one.body);
    expect(ollama.chats).toHaveLength(1);
  });

  test('reads events in structured mode, and is silent about its own and those without a question', async () => {
    const event = { specversion: '1.0', id: 's-1', source: '/chat', type: 'a.b', data: { text: 'hi' } };
    expect(await sendStructured(event)).toBe(200);
    expect(await sendStructured({ ...event, id: 's-2', source: '/agents/team/agent-bruno' })).toBe(204);
    expect(await sendStructured({ ...event, id: 's-3', data: { image: 'x' } })).toBe(204);
    expect(await sendStructured({ text: 'hi' })).toBe(400);
    expect(ollama.chats).toHaveLength(1);
  });
});

describe('a model that', () => {
  const piece = pieceOf('llama3.2:3b', 'So');

  test.each<[string, (typeof ollama.troubles)[number], string]>([
    ['is not there', (response) => response.writeHead(404).end('{"error":"model not found"}'), 'ollama answers 404'],
    ['is busy', (response) => response.writeHead(503).end(), 'ollama answers 503'],
    ['sends no JSON', (response) => response.end('<html>'), 'what is no JSON object'],
    ['sends JSON of another kind', (response) => response.end('[1]\n'), 'what is no JSON object'],
    ['ends too early', (response) => response.end(piece), 'ends before its answer does'],
    ['stops with an error', (response) => response.end(`${piece}{"error":"${secret}"}\n`), 'stops with an error'],
    ['is cut off', (response) => void response.write(piece, () => response.destroy()), 'cannot be reached'],
    ['says nothing more', (response) => void response.write(piece), 'does not answer in time'],
  ])('%s fails the event, which comes again and is answered', async (title, trouble, message) => {
    ollama.troubles.push(trouble);
    const headers = { 'ce-id': title, conversation: title };
    const failed = await ask(secret, headers);
    expect([failed.status, failed.body]).toEqual([503, expect.stringContaining(message)]);
    expect(failed.body).not.toContain('hunter2');
    const answered = await ask(secret, headers);
    expect(answered.status).toBe(200);
    // what failed is no part of the conversation
    expect(ollama.chats.at(-1)?.messages).toHaveLength(2);
  });
});

test('what calls took is in the metrics, and nothing that was said is in the log', async () => {
  await ask(secret);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const own = 'agent="agent-bruno",agent_namespace="team",provider="ollama",model="llama3.2:3b"';
  expect(text).toMatch(new RegExp(`knative_lambda_agent_tokens_total\\{${own},direction="input"\\} \\d+`));
  expect(text).toMatch(new RegExp(`inference_duration_seconds_count\\{${own},result="error"\\} 8`));
  expect(text).toContain('gen_ai_client_token_usage_bucket{gen_ai_operation_name="chat"');
  expect(output).toContain('"msg":"started"');
  expect(output).not.toContain('hunter2');
});

test('an agent that emits no events answers without one', async () => {
  const [other = 0] = await findFreePorts(1);
  const silent = start({ PORT: String(other), EMIT_EVENTS: 'false' });
  try {
    const event = { specversion: '1.0', id: '1', source: '/chat', type: 'a.b', data: { text: 'hi' } };
    const post = () =>
      fetch(`http://127.0.0.1:${other}/`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify(event),
      }).then(
        ({ status }) => status,
        () => 0,
      );
    expect(await eventually(async () => (await post()) || false, patience)).toBe(204);
  } finally {
    silent.kill('SIGTERM');
    if (silent.exitCode === null) await once(silent, 'exit');
  }
});

test('it fails at once, in one line, when nobody says which model to ask', () => {
  const env = { PATH: process.env['PATH'], OLLAMA_URL: 'http://ollama' };
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program], { cwd: projectRoot, env });
  expect([status, String(stderr)]).toEqual([1, expect.stringContaining('OLLAMA_MODEL: missing; set spec.ai.endpoint')]);
});
