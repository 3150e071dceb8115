import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { expectNoFaults } from '../lifecycle/sent-event-faults.ts';
import { alertToken, MemoryReceiver } from './memory-receiver.ts';

const receiver = new MemoryReceiver();
let address = '';

beforeAll(async () => {
  address = `http://127.0.0.1:${await receiver.listen()}/alerts`;
});
beforeEach(() => receiver.reset());
afterEach(() => expectNoFaults(receiver.faults));
afterAll(() => receiver.server.close());

const answerSchema = z.looseObject({ details: z.array(z.object({ pointer: z.string() })).default([]) });

let drawn = 0;

/** As Alertmanager 0.29 sends it. */
function alert(over: object = {}) {
  return {
    status: 'firing',
    labels: { alertname: 'RabbitMQAbsent', severity: 'critical', environment: 'dev' },
    annotations: { summary: 'no broker', description: 'RabbitMQ of dev is absent' },
    startsAt: '2026-01-01T12:00:00.5Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph',
    fingerprint: `f${(drawn += 1)}`,
    ...over,
  };
}

async function post(alerts: readonly object[], { token = 'good', over = {} } = {}) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ version: '4', groupKey: '{}', status: 'firing', receiver: 'events', alerts, ...over }),
  });
  return { status: response.status, body: answerSchema.parse(await response.json()) };
}

test('each alert is an event of its severity, with what it says', async () => {
  const severities = ['critical', 'warning', 'info', 'unheard-of'];
  const alerts = severities.map((severity) => alert({ labels: { alertname: 'A', severity } }));
  expect(await post(alerts)).toMatchObject({ status: 202, body: { alerts: 4, told: 4 } });
  expect(receiver.told.map(({ type }) => type.replace('io.knative.lambda.notification.', ''))).toEqual([
    'alert.critical',
    'alert.warning',
    'alert.info',
    'alert.info',
  ]);
  expect(receiver.told[0]).toMatchObject({
    source: '/alerts',
    subject: 'A',
    time: '2026-01-01T12:00:00.5Z',
    data: {
      value: { alertName: 'A', summary: 'no broker', description: 'RabbitMQ of dev is absent', status: 'firing' },
    },
  });
});

test('an alert is told once in each of its states, however often its group comes', async () => {
  const [first, second] = [alert(), alert()];
  await post([first]);
  expect((await post([first, second])).body).toMatchObject({ alerts: 2, told: 1 });
  const resolved = { ...first, status: 'resolved', endsAt: '2026-01-01T12:05:00Z' };
  expect((await post([resolved, second])).body).toMatchObject({ told: 1 });
  const again = { ...first, startsAt: '2026-01-01T13:00:00Z' };
  await post([again]);
  expect(receiver.told.map(({ data }) => data)).toMatchObject([
    { value: { status: 'firing' } },
    { value: { fingerprint: second.fingerprint } },
    { value: { status: 'resolved', endsAt: '2026-01-01T12:05:00Z' } },
    { value: { status: 'firing', startsAt: '2026-01-01T13:00:00Z' } },
  ]);
  expect(new Set(receiver.told.map(({ id }) => id)).size).toBe(4);
});

test('what the Broker does not take is kept, so that it is sent again by itself', async () => {
  receiver.brokerFaults.push('the Broker does not answer');
  expect(await post([alert()])).toMatchObject({ status: 202 });
  expect(receiver.letters).toMatchObject([
    {
      namespace: 'functions',
      reason: 'undeliverable',
      handedInBy: 'system:serviceaccount:functions:knative-lambda-receiver',
      original: { event: { type: 'io.knative.lambda.notification.alert.critical' } },
    },
  ]);
});

test('fails with 503 where neither Broker nor store takes it, and tells it when it comes again', async () => {
  receiver.brokerFaults.push('away');
  receiver.storeFaults.push('away');
  const one = alert();
  expect(await post([one])).toMatchObject({ status: 503, body: { error: 'dependency_unavailable' } });
  receiver.reset();
  expect(await post([one])).toMatchObject({ status: 202, body: { told: 1 } });
});

test('the token that Alertmanager has from its Secret is taken', async () => {
  expect(await post([alert()], { token: alertToken })).toMatchObject({ status: 202, body: { told: 1 } });
});

test('fails on that token at any other door', async () => {
  const base = address.replace('/alerts', '');
  const headers = { authorization: `Bearer ${alertToken}`, 'content-type': 'application/cloudevents+json' };
  const event = { specversion: '1.0', id: '1', source: '/test', type: 'io.knative.lambda.command.service.delete' };
  const command = JSON.stringify({ ...event, data: { name: 'hello' } });
  const order = JSON.stringify({ namespace: 'functions' });
  const posted = ['/', '/events', '/intents', '/dlq/replay', '/dlq/purge'].map((path) =>
    fetch(`${base}${path}`, { method: 'POST', headers, body: path.startsWith('/dlq') ? order : command }),
  );
  const read = ['/dlq/letters?namespace=functions'].map((path) => fetch(`${base}${path}`, { headers }));
  const answers = await Promise.all([...posted, ...read]);
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
});

test.each([
  ['nobody', { token: '' }, 401],
  ['a token that is nearly that of Alertmanager', { token: `${alertToken}x` }, 401],
  ['who may not create alerts', { token: 'reader' }, 403],
])('fails on %s, and tells nothing', async (_who, sent, status) => {
  expect((await post([alert()], sent)).status).toBe(status);
  expect(receiver.told).toEqual([]);
});

test.each([
  ['another version of the webhook', { version: '3' }, '/version'],
  ['more alerts than one notification has', { alerts: Array.from({ length: 1001 }, () => ({})) }, '/alerts'],
  ['an alert of no time', { alerts: [alert({ startsAt: 'today' })] }, '/alerts/0/startsAt'],
])('fails on %s, says where it is wrong, and tells nothing', async (_what, over, pointer) => {
  const { body, status } = await post([alert()], { over });
  expect([status, body.details.map(({ pointer: found }) => found)]).toEqual([
    400,
    expect.arrayContaining([expect.stringContaining(pointer)]),
  ]);
  expect(receiver.told).toEqual([]);
});
