import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { sampleAgent } from '../agent/sample.ts';
import type { LambdaAgent } from '../api/index.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { postEvent } from '../post-event.ts';
import { decode } from '../receiver/decode.ts';
import { receiverTelemetry } from '../receiver/receiver-telemetry.ts';
import { buildServer, defaultServerLimits } from '../receiver/server.ts';
import { createLog } from '../telemetry/log.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { agentPath } from './action-path.ts';
import { heldAt as now } from './action-sample.ts';
import { ActionStore } from './action-store.ts';
import { askBy } from './asking.ts';
import { auditActionsTo } from './audit.ts';
import { MemoryVersioned } from '../receiver/dead-letters/memory-versioned.ts';
import { respondBy } from './respond.ts';
import { supervisionRoutes } from './routes.ts';
import { pressedBody, slackHeaders, Standin } from './stand-in.ts';
import { Supervisor } from './supervisor.ts';
import { supervisionTelemetry } from './telemetry.ts';

const key = 'k'.repeat(32);
const bruno = { namespace: 'agents', name: 'bruno' };
const secrets = new Map([
  ['slack/signing', 'signing-secret-of-bruno'],
  ['slack/token', 'xoxb-token'],
  ['gate/auth', 'Basic Z2F0ZQ=='],
]);
const [slack, service, broker] = [new Standin(), new Standin(), new Standin()];
const addresses = { slack: '', service: '', broker: '' };
const logged: string[] = [];
let [server, port]: [FastifyInstance | undefined, number] = [undefined, 0];
let [supervisor, agent]: [Supervisor | undefined, LambdaAgent | undefined] = [undefined, undefined];

beforeAll(async () => {
  addresses.slack = await slack.listen();
  addresses.service = await service.listen();
  addresses.broker = await broker.listen();
});
afterAll(async () => {
  for (const one of [slack, service, broker]) one.close();
  await server?.close();
});

function readSecret(asked: { readonly name: string; readonly key: string }): Promise<string> {
  const value = secrets.get(`${asked.name}/${asked.key}`);
  return value === undefined ? Promise.reject(new Error('no such key')) : Promise.resolve(value);
}

const none = () => Promise.reject(new Error('not of this test'));

const findAgent = ({ name }: { readonly name: string }) =>
  Promise.resolve(name === 'bruno' ? agent : sampleAgent({ approval: {} }));

/** The receiver with what it holds, over stand-ins that speak the real protocols. */
async function open(): Promise<void> {
  await server?.close();
  const [registry, clock] = [new MetricRegistry(), new FakeClock()];
  const log = createLog('info', { write: (line: string) => void logged.push(line) });
  const onFault = (err: unknown): void => log.warn({ err }, 'an action of an agent waits');
  supervisor = new Supervisor({
    store: new ActionStore(new MemoryVersioned()),
    findAgent,
    ask: askBy({
      readSecret,
      key: () => key,
      answers: 'http://receiver/supervision/answers',
      slackApi: addresses.slack,
    }),
    deliver: async (address, event) => {
      if ((await postEvent(address, event)) !== 202) throw new Error('the Broker answers otherwise');
    },
    audit: auditActionsTo(log, 'test'),
    telemetry: supervisionTelemetry(registry),
    clock,
    today: () => now,
    newId: () => crypto.randomUUID(),
    onFault,
  });
  server = buildServer({
    receive: none,
    receiveNotification: none,
    receiveIntent: none,
    receiveAlerts: none,
    receiveUndeliverable: none,
    letters: undefined,
    interfaces: { a2a: undefined, mcp: undefined },
    supervision: supervisionRoutes({
      supervisor,
      findAgent,
      readSecret,
      keys: () => [key],
      decode: (request) => decode(request, { batchSize: 10 }),
      respond: respondBy(addresses.slack, onFault),
      today: () => now,
      onFault,
    }),
    budgets: undefined,
    ready: [],
    isDraining: () => false,
    metrics: { contentType: 'text/plain', body: () => registry.render() },
    telemetry: receiverTelemetry(registry, clock),
    clock,
    limits: defaultServerLimits,
    newId: () => 'new-id',
    onFault,
  });
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
}

beforeEach(async () => {
  for (const one of [slack, service, broker]) one.received.length = 0;
  slack.answer = ({ line }) => ({ status: 200, body: line.includes('chat.post') ? '{"ok":true}' : 'ok' });
  service.answer = () => ({ status: 202 });
  broker.answer = () => ({ status: 202 });
  logged.length = 0;
  await open();
});

const bySlack = {
  webhookUrl: 'webhook',
  signingSecretRef: { name: 'slack', key: 'signing' },
  approvers: ['U012AB3CD', 'U2'],
};

function supervise({ custom, slack: inSlack, ...approval }: { slack?: object; custom?: object; requireAll?: boolean }) {
  const withUrls = {
    ...approval,
    ...(inSlack && {
      slack: { ...inSlack, ...('webhookUrl' in inSlack ? { webhookUrl: `${addresses.slack}hook` } : {}) },
    }),
    ...(custom && { custom: { endpoint: `${addresses.service}ask`, ...custom } }),
  };
  agent = sampleAgent(
    { operationMode: 'supervised', approval: withUrls },
    {},
    { eventingStatus: { brokerUrl: `${addresses.broker}agents` } },
  );
}

const post = (path: string, body: string, headers: Record<string, string>) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });

const order = { specversion: '1.0', id: 'e-1', source: '/agents/bruno', type: 'shop.order', data: { item: 'tea' } };

async function send(event: object = order, path = agentPath(key, bruno)) {
  const answer = await post(path, JSON.stringify(event), { 'content-type': 'application/cloudevents+json' });
  await supervisor?.settled();
  return { status: answer.status, body: await answer.json() };
}

/** What Slack was shown in its last question. */
function shown(): { readonly text: string; readonly value: string } {
  const { body = '' } = slack.received.at(-1) ?? {};
  return { text: body, value: /"value":"(?<value>[^"]+)"/.exec(body)?.groups?.['value'] ?? '' };
}

interface Press extends Partial<Parameters<typeof pressedBody>[0]> {
  readonly secret?: string;
  readonly at?: Date;
}

async function press({ at = now, secret = 'signing-secret-of-bruno', ...over }: Press = {}) {
  const body = pressedBody({ value: shown().value, responseUrl: `${addresses.slack}respond`, ...over });
  const answer = await post('/supervision/slack', body, slackHeaders(body, secret, at));
  await supervisor?.settled();
  return answer.status;
}

describe('an agent that is supervised in Slack', () => {
  test('has what it sends held, shown, and sent on once an approver presses the button', async () => {
    supervise({ slack: bySlack });
    expect(await send()).toMatchObject({ status: 202, body: { outcome: 'held', eventId: 'e-1' } });
    expect(broker.received).toEqual([]);
    expect(slack.received[0]?.line).toBe('POST /hook');
    expect(shown().text).toContain(String.raw`\"item\": \"tea\"`);
    expect(await press()).toBe(200);
    expect(broker.received.map(({ line, body }) => [line, JSON.parse(body)])).toEqual([['POST /agents', order]]);
    expect(slack.received.map(({ line }) => line)).toEqual(['POST /hook', 'POST /respond']);
    expect(slack.received[1]?.body).toContain('Approved by <@U012AB3CD>');
    const audits = logged.map((line) => JSON.parse(line)).filter(({ audit }) => audit === true);
    expect(audits).toMatchObject([{ object: 'agent agents/bruno', decision: 'approved', by: 'U012AB3CD' }]);
  });

  test('has it dropped when the other button is pressed', async () => {
    supervise({ slack: bySlack });
    await send();
    expect(await press({ actionId: 'lambda_reject', user: 'U2' })).toBe(200);
    expect(broker.received).toEqual([]);
    expect(await send()).toMatchObject({ body: { outcome: 'duplicate' } });
  });

  test('may be asked for by a bot, with its token, in its channel', async () => {
    const { webhookUrl: _, ...rest } = bySlack;
    supervise({ slack: { ...rest, botTokenSecretRef: { name: 'slack', key: 'token' }, channel: 'C1' } });
    await send();
    expect(slack.received).toMatchObject([{ line: 'POST /chat.postMessage', authorization: 'Bearer xoxb-token' }]);
    expect(JSON.parse(shown().text)).toMatchObject({ channel: 'C1' });
  });

  test('has no buttons where no answer can be checked', async () => {
    supervise({ slack: { webhookUrl: 'webhook' } });
    await send();
    expect(shown()).toMatchObject({ text: expect.stringContaining('shop.order'), value: '' });
  });

  test.each([
    ['another secret', { secret: 'signing-secret-of-others' }, 401],
    ['a signature older than five minutes', { at: new Date(now.getTime() - 301_000) }, 401],
    ['one of the future', { at: new Date(now.getTime() + 301_000) }, 401],
    ['a user who is no approver', { user: 'U9' }, 403],
    ['another agent, whose app this is not', { value: `agents/other/${'0'.repeat(32)}` }, 401],
    ['no action', { value: '../../etc' }, 401],
  ])('fails for %s, and the action waits', async (_what, over, status) => {
    supervise({ slack: bySlack });
    await send();
    expect(await press(over)).toBe(status);
    expect(broker.received).toEqual([]);
    expect(await press()).toBe(200);
    expect(broker.received).toHaveLength(1);
  });

  test('fails for a body that was changed on its way', async () => {
    supervise({ slack: bySlack });
    await send();
    const body = pressedBody({ value: shown().value });
    const headers = slackHeaders(body, 'signing-secret-of-bruno', now);
    expect((await post('/supervision/slack', body.replace('lambda_approve', 'lambda_reject'), headers)).status).toBe(
      401,
    );
  });
});

describe('an agent that a service approves', () => {
  const custom = { headers: { 'x-team': 'shop' }, authSecretRef: { name: 'gate', key: 'auth' } };

  test('is asked for with the event, and the service calls back with its token', async () => {
    supervise({ custom });
    await send();
    expect(service.received).toMatchObject([{ line: 'POST /ask', authorization: 'Basic Z2F0ZQ==' }]);
    const asked = JSON.parse(service.received[0]?.body ?? '');
    expect(asked).toMatchObject({ agent: bruno, event: order, callbackUrl: 'http://receiver/supervision/answers' });
    const answer = (token: string, given = 'approve') =>
      post('/supervision/answers', JSON.stringify({ agent: bruno, id: asked.id, answer: given, by: 'gate@home' }), {
        authorization: `Bearer ${token}`,
      });
    expect((await answer('wrong')).status).toBe(401);
    expect((await answer(asked.callbackToken, 'maybe')).status).toBe(400);
    expect(broker.received).toEqual([]);
    expect(await (await answer(asked.callbackToken)).json()).toEqual({ kind: 'decided', verdict: 'approved' });
    await supervisor?.settled();
    expect(broker.received).toHaveLength(1);
    expect(await (await answer(asked.callbackToken)).json()).toEqual({ kind: 'late' });
  });

  test('is approved by the answer to the question where the service does not call back', async () => {
    supervise({ custom: { ...custom, useWebhook: false } });
    service.answer = () => ({ status: 200, body: '{"answer":"approve","by":"gate"}' });
    await send();
    expect(JSON.parse(service.received[0]?.body ?? '')).not.toHaveProperty('callbackToken');
    expect(broker.received).toHaveLength(1);
  });

  test('is asked for by a query where the method has no body', async () => {
    supervise({ custom: { method: 'GET', useWebhook: false } });
    await send();
    expect(service.received[0]?.line).toMatch(/^GET \/ask\?namespace=agents&agent=bruno&id=[0-9a-f]{32}$/);
  });
});

test('fails to hold what comes on the path of nobody, and what is no event', async () => {
  supervise({ slack: bySlack });
  const other = agentPath(key, { namespace: 'agents', name: 'other' }).split('/').at(-1) ?? '';
  expect(await send(order, `/supervision/agents/bruno/${other}`)).toMatchObject({ status: 503 });
  expect(await send({ specversion: '1.0' })).toMatchObject({ status: 400 });
  expect(slack.received).toEqual([]);
});

test('fails no log: neither what an event says, nor an address, nor a secret is in one', async () => {
  const hostile = { ...order, id: 'HOSTILE-id', type: 'HOSTILE.type', data: 'HOSTILE\n{"audit":true}' };
  supervise({ slack: bySlack, custom: { authSecretRef: { name: 'gate', key: 'auth' } } });
  slack.answer = () => ({ status: 500, body: 'HOSTILE answer' });
  service.answer = () => ({ status: 302, body: 'HOSTILE' });
  await send(hostile);
  await press({ value: 'HOSTILE', user: 'HOSTILE' });
  expect(logged.length).toBeGreaterThan(1);
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const said = [...logged, page].join('\n');
  for (const secret of ['HOSTILE', 'hook', 'Z2F0ZQ', 'signing-secret']) expect(said).not.toContain(secret);
  expect(said).toContain('Slack answers with status 500');
  expect(said).toContain('knative_lambda_supervision_questions_total{provider="slack",result="failed"} 1');
});
