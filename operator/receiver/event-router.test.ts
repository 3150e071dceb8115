import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { IntentRouter, parseIntentTable } from '../intents/index.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { authorizeRouteBy } from './authorize.ts';
import { classifyBy } from './classifier.ts';
import type { CloudEvent } from './cloud-event.ts';
import { EventRouter, type EventRouterProps } from './event-router.ts';
import { deliverByBroker } from './intent-delivery.ts';
import { Refusal } from './refusal.ts';
import { type Sender, serviceAccountUser } from './sender.ts';

const table = {
  intents: {
    order: { target: { kind: 'agent', namespace: 'shop', name: 'clerk' }, from: ['chat'] },
    report: { target: { kind: 'function', namespace: 'team', name: 'report' } },
    refund: { target: { kind: 'agent', namespace: 'shop', name: 'cashier' }, eventType: 'io.shop.refund', from: ['*'] },
  },
  rules: [
    { name: 'orders', intent: 'order', keywords: ['order'] },
    { name: 'reports', intent: 'report', attributes: { subject: 'weekly' } },
    { name: 'refunds', intent: 'refund', keywords: ['money back'] },
  ],
  eventTypes: ['io.homelab.chat.message'],
  maxHops: 3,
};

const direct: Sender = { kind: 'token', user: serviceAccountUser('ci', 'sender') };
const brokerOf = (namespace: string): Sender => ({
  kind: 'broker',
  namespace,
  user: serviceAccountUser(namespace, 'knative-lambda-events'),
});

const saying = (message: string, changes: Partial<CloudEvent> = {}): CloudEvent => ({
  id: 'e-1',
  source: '/chat',
  type: 'io.homelab.chat.message',
  subject: undefined,
  time: undefined,
  dataContentType: 'application/json',
  dataSchema: undefined,
  extensions: {},
  data: { kind: 'json', value: { message } },
  ...changes,
});

function setup(changes: Partial<EventRouterProps> = {}) {
  const sent: (readonly [string, CloudEvent])[] = [];
  const counted: string[] = [];
  const clock = new FakeClock();
  const router = new IntentRouter(parseIntentTable(JSON.stringify(table), 'table'));
  const events = new EventRouter({
    router: () => router,
    classifierOf: () => undefined,
    authorize: () => Promise.resolve(),
    deliver: async ({ kind, name, namespace }, event) => void sent.push([`${kind} ${namespace}/${name}`, event]),
    count: (intent, by) => void counted.push(`${intent} ${by}`),
    clock,
    ...changes,
  });
  return { events, sent, counted, clock };
}

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (outcome) => outcome,
    (error: unknown) => (error instanceof Refusal ? error.reason : error),
  );

describe('an event that is routed', () => {
  test('reaches the agent of its intent as it is, and says which intent that was', async () => {
    const { counted, events, sent } = setup();
    expect(await events.route(saying('my order'), direct)).toBe('routed');
    expect(sent).toEqual([
      ['agent shop/clerk', saying('my order', { extensions: { intent: 'order', intenthops: '1', intentid: 'e-1' } })],
    ]);
    expect(counted).toEqual(['order rule']);
  });

  test('wakes a function by the type and subject that its Trigger selects, and others by the type of the intent', async () => {
    const { events, sent } = setup();
    await events.route(saying('', { subject: 'weekly' }), direct);
    await events.route(saying('my money back', { id: 'e-2' }), direct);
    expect(sent.map(([target, { subject, type }]) => [target, type, subject])).toEqual([
      ['function team/report', 'io.knative.lambda.invoke.async', 'report'],
      ['agent shop/cashier', 'io.shop.refund', undefined],
    ]);
  });

  test('has no second effect when it comes again, from the same sender', async () => {
    const { clock, events, sent } = setup();
    const both = await Promise.all([events.route(saying('order'), direct), events.route(saying('order'), direct)]);
    expect(both).toEqual(['routed', 'duplicate']);
    expect(await events.route(saying('order'), direct)).toBe('duplicate');
    expect(await events.route(saying('order', { source: '/mail' }), direct)).toBe('routed');
    expect(await events.route(saying('order'), brokerOf('chat'))).toBe('routed');
    expect(sent).toHaveLength(3);
    await clock.advance(600_001);
    expect(await events.route(saying('order'), direct)).toBe('routed');
  });

  test('fails without being remembered, so that it may come again', async () => {
    const faults = [new Refusal('dependency_unavailable', 'down')];
    const deliver = async (): Promise<void> => {
      const fault = faults.pop();
      if (fault !== undefined) throw fault;
    };
    const { events } = setup({ deliver });
    expect(await reasonOf(events.route(saying('order'), direct))).toBe('dependency_unavailable');
    expect(await events.route(saying('order'), direct)).toBe('routed');
  });

  test('fails once it and what led to it were routed too often, or do not say how often', async () => {
    const { events, sent } = setup();
    const routed = (intenthops: string) => events.route(saying('order', { extensions: { intenthops } }), direct);
    expect(await routed('2')).toBe('routed');
    expect(sent[0]?.[1].extensions['intenthops']).toBe('3');
    expect(await reasonOf(routed('3'))).toBe('duplicate');
    const other = (intenthops: string) =>
      reasonOf(events.route(saying('order', { id: intenthops, extensions: { intenthops } }), direct));
    expect(await other('3')).toBe('too_many_hops');
    expect(await other('-1')).toBe('too_many_hops');
  });

  test('fails where nobody serves it, and where there is no table', async () => {
    const { counted, events } = setup();
    expect(await reasonOf(events.route(saying('hello'), direct))).toBe('no_route');
    expect(counted).toEqual([' none']);
    expect(await reasonOf(setup({ router: () => undefined }).events.route(saying('order'), direct))).toBe('no_route');
  });
});

describe('an event that a Broker brings with all others', () => {
  test('is routed where the table lists its type', async () => {
    const { events } = setup();
    expect(await events.routeDelivered(saying('order'), brokerOf('chat'))).toBe('routed');
    expect(await events.routeDelivered(saying('order', { type: 'a.b' }), brokerOf('chat'))).toBe('ignored');
    expect(await setup({ router: () => undefined }).events.routeDelivered(saying('order'), direct)).toBe('ignored');
  });

  test('is left alone once it was routed, and what leads on from it is not', async () => {
    const { events, sent } = setup();
    await events.routeDelivered(saying('order'), brokerOf('chat'));
    const [[, routed] = ['', saying('')]] = sent;
    expect(await events.routeDelivered(routed, brokerOf('shop'))).toBe('ignored');
    expect(await events.routeDelivered({ ...routed, id: 'e-9' }, brokerOf('shop'))).toBe('routed');
    expect(sent[1]?.[1].extensions['intenthops']).toBe('2');
  });
});

describe('the right to reach a target', () => {
  const asked: unknown[] = [];
  const authorize = authorizeRouteBy({
    serves: (namespace) => namespace !== 'other',
    reviewAccess: (...question) => {
      asked.push(question);
      return Promise.resolve(question[2].name !== 'cashier');
    },
  });
  beforeEach(() => {
    asked.length = 0;
  });
  const { order, report } = parseIntentTable(JSON.stringify(table), 'table').intents;
  const target = { kind: 'agent', namespace: 'other', name: 'x' } as const;

  test('is that to get it, for who proves an identity', async () => {
    const { events } = setup({ authorize });
    expect(await reasonOf(events.route(saying('order'), direct))).toBe('routed');
    expect(asked).toEqual([[direct.user, 'get', order?.target, 'lambdaagents']]);
    expect(await reasonOf(events.route(saying('money back', { id: 'e-2' }), direct))).toBe('forbidden');
    await events.route(saying('', { id: 'e-3', subject: 'weekly' }), direct);
    expect(asked[2]).toEqual([direct.user, 'get', report?.target, 'lambdafunctions']);
  });

  test('is what the intent says of Brokers, by default that of its own namespace', async () => {
    const { events } = setup({ authorize });
    const from = (namespace: string, event: CloudEvent) => reasonOf(events.route(event, brokerOf(namespace)));
    expect(await from('chat', saying('order'))).toBe('routed');
    expect(await from('shop', saying('order'))).toBe('forbidden');
    expect(await from('anywhere', saying('money back'))).toBe('routed');
    expect(await from('team', saying('', { subject: 'weekly' }))).toBe('routed');
    expect(await from('chat', saying('', { id: 'e-2', subject: 'weekly' }))).toBe('forbidden');
    expect(asked).toEqual([]);
  });

  test('fails for a namespace that is not served', async () => {
    expect(await reasonOf(authorize(direct, { target }))).toBe('forbidden');
    expect(asked).toEqual([]);
  });
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Said {
  readonly status: number;
  readonly body: string;
  /** Default false. */
  readonly goesOn?: boolean;
}

/** @returns its address, and what it was told */
async function serve(answer: (body: string) => Said | undefined) {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      bodies.push(JSON.parse(text));
      const said = answer(text);
      if (said === undefined) return;
      response.writeHead(said.status, { location: '/other' }).write(said.body);
      if (said.goesOn !== true) response.end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`, bodies };
}

const classifier = (endpoint: string, timeoutMilliseconds = 5000) =>
  classifyBy({ classifier: { endpoint, threshold: 0.7, timeoutMilliseconds } });

const answering = async (status: number, body: string) => {
  const { endpoint } = await serve(() => ({ status, body }));
  return classifier(endpoint)?.('hm', ['order']);
};

describe('the classifier', () => {
  test('is told the text and the intents, and answers with one', async () => {
    const { bodies, endpoint } = await serve(() => ({ status: 200, body: '{"intent":"order","confidence":0.9}' }));
    expect(await classifier(endpoint)?.('hm', ['order', 'talk'])).toMatchObject({ intent: 'order', confidence: 0.9 });
    expect(bodies).toEqual([{ text: 'hm', intents: ['order', 'talk'] }]);
  });

  test.each([
    ['with an error', 500, '{"intent":"order","confidence":1}', 'status 500'],
    ['elsewhere', 302, '', 'status 302'],
    ['with no JSON', 200, 'order', 'JSON'],
    ['with a confidence that is none', 200, '{"intent":"order","confidence":7}', 'too_big'],
    ['at length', 200, `{"intent":"order","confidence":1,"x":"${'x'.repeat(70_000)}"}`, 'too much'],
  ])('fails when it answers %s', async (_title, status, body, message) => {
    await expect(answering(status, body)).rejects.toThrow(message);
  });

  test('fails when it does not answer in time, or not wholly', async () => {
    for (const said of [undefined, { status: 200, body: '{', goesOn: true }]) {
      const { endpoint } = await serve(() => said);
      await expect(classifier(endpoint, 50)?.('hm', [])).rejects.toThrow('timeout');
    }
  });

  test('fails on an answer without an end before its time is over', async () => {
    const { endpoint } = await serve(() => ({ status: 200, body: 'x'.repeat(70_000), goesOn: true }));
    await expect(classifier(endpoint)?.('hm', [])).rejects.toThrow('too much');
  });
});

test('an event goes to the Broker that its target reads', async () => {
  const asked: string[] = [];
  const { bodies, endpoint } = await serve(() => ({ status: 202, body: '' }));
  const addressOf = (broker: string, namespace: string): string => {
    asked.push(`${namespace}/${broker}`);
    return endpoint;
  };
  for (const mode of ['dedicated', 'shared'] as const) {
    const deliver = deliverByBroker(mode, addressOf);
    await deliver({ kind: 'agent', namespace: 'shop', name: 'clerk' }, saying('order'));
    await deliver({ kind: 'function', namespace: 'team', name: 'report' }, saying('order'));
  }
  expect(asked).toEqual(['shop/clerk-broker', 'team/lambda-broker', 'shop/lambda-broker', 'team/lambda-broker']);
  expect(bodies[0]).toMatchObject({ id: 'e-1', type: 'io.homelab.chat.message', data: { message: 'order' } });
});
