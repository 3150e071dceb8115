import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { notificationTypes } from '../api/index.ts';
import { expectNoFaults } from '../lifecycle/sent-event-faults.ts';
import { brokerPath } from './broker-path.ts';
import type { DeadLetter } from './dead-letter.ts';
import { letterKey } from './dead-letters/letter-entry.ts';
import { MemoryReceiver } from './memory-receiver.ts';

let receiver: MemoryReceiver;
let address = '';
const opened: MemoryReceiver[] = [];

beforeEach(async () => {
  receiver = new MemoryReceiver();
  opened.push(receiver);
  address = `http://127.0.0.1:${await receiver.listen()}`;
  for (const second of [1, 2, 3]) await receiver.stored.keep(letter(second));
});
afterEach(() => expectNoFaults(receiver.faults));
afterAll(async () => {
  for (const one of opened) await one.server.close();
});

const died = (second: number): string => new Date(Date.parse('2026-01-01T10:00:00Z') + second * 1000).toISOString();

function letter(second: number): DeadLetter {
  const event = {
    id: `e-${second}`,
    source: '/s',
    type: 't',
    subject: 'functions/hello',
    time: undefined,
    dataContentType: undefined,
    dataSchema: undefined,
    extensions: {},
    data: { kind: 'json', value: second } as const,
  };
  return {
    original: { kind: 'event', event },
    namespace: 'functions',
    reason: 'undeliverable',
    message: 'answers 500',
    refusedAt: died(second),
    attempts: undefined,
    deaths: [],
    handedInBy: '',
  };
}

const answerSchema = z.looseObject({
  outcome: z.string().optional(),
  error: z.string().optional(),
  details: z.array(z.looseObject({ pointer: z.string() })).default([]),
});

interface Order {
  readonly id?: string;
  readonly time?: string | undefined;
  readonly token?: string;
  readonly path?: string;
}

async function order(kind: 'replay' | 'purge', data: object, given: Order = {}) {
  const { id = 'o-1', path = '/events', time = '2026-01-01T11:00:00Z', token = 'good' } = given;
  const timed = 'time' in given && given.time === undefined ? {} : { time };
  const event = {
    specversion: '1.0',
    id,
    source: '/test',
    type: `io.knative.lambda.command.dlq.${kind}`,
    ...timed,
    data,
  };
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents+json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(event),
  });
  const { details, error, outcome } = answerSchema.parse(await response.json());
  return [response.status, outcome ?? error, ...details.map(({ pointer }) => pointer)];
}

const left = (): number => receiver.stored.count({ namespace: 'functions' });
const sent = () => receiver.sentAgain.map(({ id }) => id);

test('a replay sends what died before it was given, once, and tells what came of it', async () => {
  await receiver.stored.keep({ ...letter(4), refusedAt: '2026-01-01T11:30:00.000Z' });
  expect(await order('replay', { rate: 5000 })).toEqual([202, 'replayed']);
  expect([sent(), left()]).toEqual([['e-1', 'e-2', 'e-3'], 1]);
  expect(receiver.told).toMatchObject([
    {
      type: notificationTypes.replayedLetters,
      subject: 'functions',
      extensions: { causationid: 'o-1' },
      data: {
        value: { namespace: 'functions', eventId: 'o-1', eventSource: '/test', replayed: 3, failed: 0, dryRun: false },
      },
    },
  ]);
});

test('an order that comes again does nothing, also when other letters have died meanwhile', async () => {
  await order('purge', { until: died(2) });
  expect(left()).toBe(2);
  await receiver.stored.keep({ ...letter(1), refusedAt: died(0) });
  expect(await order('purge', { until: died(2) })).toEqual([202, 'duplicate']);
  expect([left(), receiver.told.length]).toEqual([3, 1]);
  expect(await order('purge', { until: died(2) }, { id: 'o-2' })).toEqual([202, 'purged']);
  expect(left()).toBe(2);
});

test('deliveries of one order at the same time act once', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => order('replay', { rate: 5000 })));
  expect(answers.filter(([, outcome]) => outcome === 'duplicate')).toHaveLength(2);
  expect(sent()).toEqual(['e-1', 'e-2', 'e-3']);
});

test('filters choose, and a dry run only counts, which whoever may look may ask', async () => {
  expect(await order('replay', { since: died(3), dryRun: true }, { token: 'reader' })).toEqual([202, 'counted']);
  expect(receiver.told).toMatchObject([{ data: { value: { total: 1, dryRun: true } } }]);
  expect([sent(), left()]).toEqual([[], 3]);
  await order('replay', { since: died(3) }, { id: 'o-2' });
  expect(sent()).toEqual(['e-3']);
});

test('each order is on record with who gave it', async () => {
  await order('purge', {});
  await order('purge', {}, { id: 'o-2', token: 'reader' });
  expect(receiver.audited.map(({ decision, object }) => [decision, object])).toEqual([
    ['purged', 'deadletters functions'],
    ['forbidden', 'deadletters functions'],
  ]);
});

test('a Broker orders in its own namespace only', async () => {
  const path = brokerPath('key', 'functions');
  expect(await order('purge', { namespace: 'other' }, { path, token: '' })).toEqual([403, 'forbidden']);
  expect(await order('purge', {}, { path, token: '' })).toEqual([202, 'purged']);
});

test.each<[string, 'replay' | 'purge', object, Order, readonly unknown[]]>([
  ['who may only look', 'replay', {}, { token: 'reader' }, [403, 'forbidden']],
  ['nobody', 'replay', {}, { token: '' }, [401, 'unauthenticated']],
  ['no time', 'purge', {}, { time: undefined }, [400, 'schema_validation_failed', '/time']],
  ['a strange field', 'purge', { nams: 'x' }, {}, [400, 'schema_validation_failed', '/data/nams']],
  ['too many', 'replay', { limit: 501 }, {}, [400, 'schema_validation_failed', '/data/limit']],
  ['one that takes too long', 'replay', { limit: 500, rate: 1 }, {}, [400, 'schema_validation_failed', '/data/rate']],
  ['a letter that is not there', 'purge', { key: 'hello/x' }, {}, [422, 'unknown_target']],
])('fails for %s, and does nothing', async (_what, ...row) => {
  const [kind, data, given, answer] = row;
  expect(await order(kind, data, given)).toEqual(answer);
  expect([sent(), left(), receiver.told]).toEqual([[], 3, []]);
});

test('an order of more than a week ago has no effect', async () => {
  expect(await order('purge', {}, { time: '2025-12-24T11:00:00Z' })).toEqual([202, 'stale']);
  expect(left()).toBe(3);
});

test.each<[string, object, number]>([
  ['a limit', { limit: 1 }, 2],
  ['a key', { key: 'first' }, 2],
  ['filters', { until: died(2) }, 2],
])('fails where nobody can be told, and one with %s is told later without doing more', async (_what, data, rest) => {
  const [first] = receiver.stored.page({ namespace: 'functions' }, { after: undefined, limit: 1 }).letters;
  const named = 'key' in data ? { key: first === undefined ? '' : letterKey(first.entry) } : data;
  receiver.brokerFaults.push('away');
  receiver.storeFaults.push('away');
  for (let delivery = 0; delivery < 3; delivery += 1) {
    expect(await order('purge', named)).toEqual([503, 'dependency_unavailable']);
  }
  receiver.brokerFaults.length = 0;
  receiver.storeFaults.length = 0;
  expect([await order('purge', named), left()]).toEqual([[202, 'purged'], rest]);
  expect(receiver.told).toMatchObject([{ data: { value: { purged: 1 } } }]);
  expect([await order('purge', named), left()]).toEqual([[202, 'duplicate'], rest]);
});

test('an order of somebody else, and a dry run, leave one with the same id as it is', async () => {
  expect(await order('purge', { namespace: 'other', dryRun: true }, { token: 'reader' })).toEqual([202, 'counted']);
  expect(await order('purge', { dryRun: true })).toEqual([202, 'counted']);
  expect([await order('purge', {}), left()]).toEqual([[202, 'purged'], 0]);
});

test('fails for an order of the future', async () => {
  expect(await order('purge', {}, { time: '2099-01-01T00:00:00Z' })).toEqual([
    400,
    'schema_validation_failed',
    '/time',
  ]);
  expect(left()).toBe(3);
});
