import { expect, test } from '@jest/globals';
import { FakeClock } from '../../kube/fake-clock.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { Refusal } from '../refusal.ts';
import { serviceAccountUser } from '../sender.ts';
import { LetterStore } from './letter-store.ts';
import { MemoryObjects } from './memory-objects.ts';
import { letterRoutes, type LetterRoutes } from './routes.ts';
import type { EventJson } from './replay.ts';

const died = (number: number): string => new Date(Date.parse('2026-01-01T10:00:00Z') + number * 1000).toISOString();

function letter(number: number, { id = `e-${number}`, name = 'hello', isEvent = true } = {}): DeadLetter {
  const event = {
    id,
    source: '/s',
    type: 't',
    subject: `team/${name}`,
    time: undefined,
    dataContentType: undefined,
    dataSchema: undefined,
    extensions: { knativeerrorcode: '500', kept: 'yes' },
    data: { kind: 'json', value: number } as const,
  };
  return {
    original: isEvent ? { kind: 'event', event } : { kind: 'request', headers: {}, body: undefined },
    namespace: 'team',
    reason: isEvent ? 'undeliverable' : 'undecodable',
    message: 'answers 500',
    refusedAt: died(number),
    attempts: undefined,
    deaths: [],
    handedInBy: '',
  };
}

interface World {
  readonly routes: LetterRoutes;
  readonly sent: EventJson[];
  readonly store: LetterStore;
  readonly asked: string[];
  /** Ids that the Broker refuses. */
  readonly refused: Set<string>;
}

const today = (): Date => new Date('2026-01-01T12:00:00Z');

async function world(letters: readonly DeadLetter[]): Promise<World> {
  const [sent, asked, refused]: [EventJson[], string[], Set<string>] = [[], [], new Set()];
  let drawn = 0;
  const newId = (): string => String((drawn += 1)).padStart(6, '0');
  const store = new LetterStore({ store: new MemoryObjects(), today, newId, onFault: () => {} });
  for (const one of letters) await store.keep(one);
  const routes = letterRoutes({
    letters: store,
    send: async (_namespace, event) => {
      if (refused.has(String(event['id']))) throw new Error('503');
      sent.push(event);
    },
    clock: new FakeClock(),
    onSent: () => {},
    controlNamespace: 'control',
    authenticate: ({ headers }) =>
      headers['authorization'] === undefined
        ? Promise.reject(new Refusal('unauthenticated', 'nobody'))
        : Promise.resolve({ kind: 'token', user: serviceAccountUser('ci', String(headers['authorization'])) }),
    authorize: ({ user }, verb, namespace) => {
      asked.push(`${verb} ${namespace}`);
      return user.username.endsWith('reader') && verb !== 'get'
        ? Promise.reject(new Refusal('forbidden', 'no'))
        : Promise.resolve();
    },
  });
  return { routes, sent, store, asked, refused };
}

const ask = (query: object, { body = {}, who = 'admin' }: { readonly body?: object; readonly who?: string } = {}) => ({
  method: 'POST',
  path: '/dlq',
  headers: who === '' ? {} : { authorization: who },
  body: Buffer.from(JSON.stringify(body)),
  broker: undefined,
  correlationId: 'c',
  query: { ...query },
  signal: new AbortController().signal,
});
const order = (body: object, who = 'admin') => ask({}, { body: { namespace: 'team', rate: 5000, ...body }, who });
const idsOf = (events: readonly EventJson[]): readonly unknown[] => events.map(({ id }) => id);
const left = ({ store }: World): readonly string[] =>
  store
    .page({ namespace: 'team' }, { after: undefined, limit: 1000 })
    .letters.map(({ entry }) => entry.event?.id ?? '-');

test('letters are listed in pages, and shown with all that was sent', async () => {
  const { routes } = await world([letter(1), letter(2), letter(3)]);
  const first = await routes.list(ask({ namespace: 'team', limit: '2' }));
  expect(first).toMatchObject({
    status: 200,
    body: { total: 3, items: [{ id: 'e-1' }, { id: 'e-2', reason: 'undeliverable' }] },
  });
  const rest = await routes.list(ask({ namespace: 'team', limit: '2', after: first.body['next'] }));
  expect(rest.body).toMatchObject({ items: [{ id: 'e-3' }], next: null });
  const key = `hello/${died(3)}`;
  const [{ key: shownKey = '' } = {}] = [...(Array.isArray(rest.body['items']) ? rest.body['items'] : [])];
  expect(shownKey).toMatch(key);
  const shown = await routes.show(ask({ namespace: 'team', key: shownKey }));
  expect(shown.body).toMatchObject({ letter: { message: 'answers 500', original: { event: { data: 3 } } } });
});

test('an event is sent as it was, in order, without what failed the last time, and is a dead letter no more', async () => {
  const there = await world([letter(1), letter(2), letter(3)]);
  const { body } = await there.routes.replay(order({}));
  expect(body).toMatchObject({ replayed: 3, failed: 0, duplicates: 0, next: null });
  expect(idsOf(there.sent)).toEqual(['e-1', 'e-2', 'e-3']);
  expect(there.sent[0]).toEqual({
    specversion: '1.0',
    id: 'e-1',
    source: '/s',
    type: 't',
    subject: 'team/hello',
    kept: 'yes',
    lambdareplays: '1',
    data: 1,
  });
  expect(left(there)).toEqual([]);
});

test('an event that died several times is sent once', async () => {
  const there = await world([letter(1), letter(2, { id: 'e-1' }), letter(3, { id: 'e-1' })]);
  expect((await there.routes.replay(order({}))).body).toMatchObject({ replayed: 1, duplicates: 2 });
  expect(left(there)).toEqual([]);
});

test('fails no order: behind a refused event those of its function wait, and others go on', async () => {
  const there = await world([letter(1), letter(2), letter(3, { name: 'other' }), letter(4)]);
  there.refused.add('e-2');
  expect((await there.routes.replay(order({}))).body).toMatchObject({ replayed: 2, failed: 1, held: 1 });
  expect(idsOf(there.sent)).toEqual(['e-1', 'e-3']);
  expect(left(there)).toEqual(['e-2', 'e-4']);
});

test('what is no event stays, and is counted', async () => {
  const there = await world([letter(1, { isEvent: false }), letter(2)]);
  expect((await there.routes.replay(order({}))).body).toMatchObject({ replayed: 1, undecodable: 1 });
  expect(left(there)).toEqual(['-']);
});

test('a dry run says how much it is, and does nothing', async () => {
  const there = await world([letter(1), letter(2, { name: 'other' })]);
  expect((await there.routes.replay(order({ dryRun: true }))).body).toMatchObject({ total: 2, dryRun: true });
  const purge = { namespace: 'team', function: 'other', dryRun: true };
  expect((await there.routes.purge(ask({}, { body: purge }))).body).toEqual({ purged: 0, left: 1, dryRun: true });
  expect([there.sent, left(there)]).toEqual([[], ['e-1', 'e-2']]);
});

test('a purge removes what it is told to, and says what is left', async () => {
  const there = await world([letter(1), letter(2), letter(3, { name: 'other' })]);
  const body = { namespace: 'team', function: 'hello', limit: 1 };
  expect((await there.routes.purge(ask({}, { body }))).body).toEqual({ purged: 1, left: 1, dryRun: false });
  expect(left(there)).toEqual(['e-2', 'e-3']);
});

test.each([
  ['nobody', '', 401],
  ['somebody who may only look', 'reader', 403],
])('fails for %s, and does nothing', async (_who, who, status) => {
  const there = await world([letter(1)]);
  expect(await there.routes.replay(order({}, who))).toMatchObject({ status });
  expect(await there.routes.purge(ask({}, { body: { namespace: 'team' }, who }))).toMatchObject({ status });
  expect([there.sent, left(there)]).toEqual([[], ['e-1']]);
});

test('letters of no namespace belong to the platform', async () => {
  const there = await world([]);
  await there.routes.list(ask({ namespace: 'unknown' }));
  expect(there.asked).toEqual(['get control']);
});

test.each([
  ['no namespace', {}, '/namespace'],
  ['a strange field', { namespace: 'team', nams: 'x' }, '/'],
  ['no reason', { namespace: 'team', reason: 'bad' }, '/reason'],
  ['no time', { namespace: 'team', since: 'yesterday' }, '/since'],
  ['too many', { namespace: 'team', limit: '100000' }, '/limit'],
])('fails for %s with where it is wrong', async (_what, query, pointer) => {
  const { routes } = await world([]);
  expect(await routes.list(ask(query))).toMatchObject({ status: 400, body: { details: [{ pointer }] } });
});

test('fails for a letter that is not there', async () => {
  const { routes } = await world([]);
  expect(await routes.show(ask({ namespace: 'team', key: 'hello/x' }))).toMatchObject({ status: 422 });
});
