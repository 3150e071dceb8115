import { expect, test } from '@jest/globals';
import { assert, asyncProperty, integer } from 'fast-check';
import type { DeadLetter } from '../dead-letter.ts';
import { compact } from './compact.ts';
import { letterKey, toEntry } from './letter-entry.ts';
import { LetterStore } from './letter-store.ts';
import { MemoryObjects } from './memory-objects.ts';
import { packSegment, parseSegmentName } from './segment.ts';

const noon = Date.parse('2026-01-01T12:00:00Z');

/** Letter number so many of a namespace: one each second. */
function letter(number: number, over: Partial<DeadLetter> & { readonly name?: string } = {}): DeadLetter {
  const { name = 'hello', ...rest } = over;
  return {
    original: {
      kind: 'event',
      event: {
        id: `e-${number}`,
        source: '/s',
        type: 't',
        subject: `team/${name}`,
        time: undefined,
        dataContentType: undefined,
        dataSchema: undefined,
        extensions: {},
        data: { kind: 'json', value: { number, text: 'ünï' } },
      },
    },
    namespace: 'team',
    reason: 'undeliverable',
    message: 'answers 500',
    refusedAt: new Date(noon + number * 1000).toISOString(),
    attempts: undefined,
    deaths: [],
    handedInBy: '',
    ...rest,
  };
}

let drawn = 0;
const faults: unknown[] = [];
const newId = (): string => String((drawn += 1)).padStart(6, '0');
const onFault = (error: unknown): void => void faults.push(error);

function open(store: MemoryObjects, now = noon): LetterStore {
  return new LetterStore({ store, newId, today: () => new Date(now + drawn), onFault });
}

const team = { namespace: 'team' } as const;
const all = { after: undefined, limit: 1_000_000 } as const;
const idsOf = (letters: LetterStore, namespace = 'team'): readonly string[] =>
  letters.page({ namespace }, all).letters.map(({ entry }) => entry.event?.id ?? '');

async function keepAll(letters: LetterStore, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, number) => letters.keep(letter(number))));
}

test('a letter is kept with all that it carries, and read by another replica', async () => {
  const store = new MemoryObjects();
  await open(store).keep(letter(1));
  const other = open(store);
  await other.refresh();
  const [found] = other.page(team, all).letters;
  expect(found?.entry).toMatchObject({ function: 'hello', reason: 'undeliverable', event: { id: 'e-1', type: 't' } });
  expect(found && (await other.read(found))).toMatchObject({
    message: 'answers 500',
    original: { kind: 'event', event: { id: 'e-1', data: { number: 1, text: 'ünï' } } },
  });
});

test('letters that come at the same time share objects', async () => {
  const store = new MemoryObjects();
  const letters = open(store);
  await keepAll(letters, 2500);
  expect([...store.objects.keys()].map((name) => parseSegmentName(name)?.count)).toEqual([1, 1000, 1000, 499]);
  expect(idsOf(letters)).toHaveLength(2500);
});

test('nothing counts as kept before the object is there', async () => {
  const store = new MemoryObjects();
  const releases: (() => void)[] = [];
  store.before = () => new Promise((resolve) => releases.push(resolve));
  let isKept = false;
  const kept = open(store)
    .keep(letter(1))
    .then(() => (isKept = true));
  await new Promise(setImmediate);
  expect(isKept).toBe(false);
  for (const release of releases) release();
  await kept;
  expect(store.objects.size).toBe(1);
});

test('fails each letter of an object that is not written, and keeps the next ones', async () => {
  const store = new MemoryObjects();
  const letters = open(store);
  store.before = () => Promise.reject(new Error('503'));
  const refused = await Promise.allSettled([letters.keep(letter(1)), letters.keep(letter(2))]);
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  store.before = () => {};
  await letters.keep(letter(3));
  expect(idsOf(letters)).toEqual(['e-3']);
});

test('a letter that is handed in twice is one', async () => {
  const store = new MemoryObjects();
  const letters = open(store);
  await letters.keep(letter(1));
  await letters.keep(letter(1));
  expect(store.objects.size).toBe(2);
  expect(idsOf(letters)).toEqual(['e-1']);
});

test('pages follow each other without gap or overlap, whatever is asked for', () =>
  assert(
    asyncProperty(integer({ min: 0, max: 40 }), integer({ min: 1, max: 9 }), async (count, limit) => {
      const letters = open(new MemoryObjects());
      await keepAll(letters, count);
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = letters.page(team, { after, limit });
        expect(page.letters.length).toBeLessThanOrEqual(limit);
        found.push(...page.letters.map(({ entry }) => entry.event?.id ?? ''));
        after = page.next;
      } while (after !== undefined);
      expect(found).toEqual(Array.from({ length: count }, (_, number) => `e-${number}`));
    }),
    { numRuns: 30 },
  ));

test.each([
  [{ function: 'hello' }, ['e-1', 'e-3']],
  [{ function: 'other' }, ['e-2']],
  [{ reason: 'forbidden' as const }, ['e-3']],
  [{ type: 'u' }, []],
  [{ since: new Date(noon + 2000).toISOString() }, ['e-2', 'e-3']],
  [{ until: new Date(noon + 2000).toISOString() }, ['e-1']],
])('letters are found by %j', async (query, ids) => {
  const letters = open(new MemoryObjects());
  await letters.keep(letter(1));
  await letters.keep(letter(2, { name: 'other' }));
  await letters.keep(letter(3, { reason: 'forbidden' }));
  await letters.keep(letter(4, { namespace: 'elsewhere' }));
  const { letters: found } = letters.page({ ...team, ...query }, all);
  expect(found.map(({ entry }) => entry.event?.id)).toEqual(ids);
});

test('what is removed is gone for every replica, and stays so', async () => {
  const store = new MemoryObjects();
  const [one, other] = [open(store), open(store)];
  await keepAll(one, 3);
  await other.refresh();
  const [first] = one.page(team, all).letters;
  await one.remove('team', first === undefined ? [] : [letterKey(first.entry)]);
  expect(idsOf(one)).toEqual(['e-1', 'e-2']);
  await other.refresh();
  expect(idsOf(other)).toEqual(['e-1', 'e-2']);
});

const compaction = (letters: LetterStore, store: MemoryObjects, now = noon) => ({
  letters,
  store,
  today: () => new Date(now),
});

test('small segments are merged, without what was removed', async () => {
  const store = new MemoryObjects();
  const letters = open(store);
  for (let number = 0; number < 20; number += 1) await letters.keep(letter(number));
  const removed = letters.page(team, { after: undefined, limit: 5 }).letters.map(({ entry }) => letterKey(entry));
  await letters.remove('team', removed);
  const before = idsOf(letters);
  await compact(compaction(letters, store));
  // five segments went, fifteen are too few to merge
  expect([...store.objects.keys()].filter((name) => name.startsWith('letters/'))).toHaveLength(15);
  await letters.keep(letter(30));
  await compact(compaction(letters, store));
  expect([...store.objects.keys()].filter((name) => name.startsWith('letters/'))).toHaveLength(1);
  const other = open(store);
  await other.refresh();
  expect(idsOf(other)).toEqual([...before, 'e-30']);
  const [one] = other.page(team, all).letters;
  expect(one && (await other.read(one))).toMatchObject({ original: { event: { id: 'e-5' } } });
});

test('a removal is forgotten only when nothing can hold its letters any more', async () => {
  const store = new MemoryObjects();
  const letters = open(store);
  await letters.keep(letter(1));
  await letters.remove(
    'team',
    letters.page(team, all).letters.map(({ entry }) => letterKey(entry)),
  );
  await compact(compaction(letters, store));
  expect([...store.objects.keys()]).toEqual([expect.stringMatching(/^removed\/team\//)]);
  await compact(compaction(letters, store, noon + 7_200_000));
  expect([...store.objects.keys()]).toEqual([]);
});

test('a merge that is killed anywhere loses no letter and brings none back', () =>
  assert(
    asyncProperty(integer({ min: 0, max: 60 }), async (requests) => {
      const store = new MemoryObjects();
      const letters = open(store);
      for (let number = 0; number < 20; number += 1) await letters.keep(letter(number));
      const removed = letters.page(team, { after: undefined, limit: 2 }).letters.map(({ entry }) => letterKey(entry));
      await letters.remove('team', removed);
      const before = idsOf(letters);
      let left = requests;
      store.before = () => {
        left -= 1;
        if (left < 0) throw new Error('killed');
      };
      await compact(compaction(letters, store)).catch(() => {});
      store.before = () => {};
      const next = open(store);
      await next.refresh();
      expect(idsOf(next)).toEqual(before);
      await compact(compaction(next, store));
      expect(idsOf(next)).toEqual(before);
    }),
    { numRuns: 40 },
  ));

test('a letter that was moved by a merge is still read by whoever knew its old place', async () => {
  const store = new MemoryObjects();
  const [one, other] = [open(store), open(store)];
  for (let number = 0; number < 16; number += 1) await one.keep(letter(number));
  await other.refresh();
  const [first] = other.page(team, all).letters;
  await compact(compaction(one, store));
  expect(first && (await other.read(first))).toMatchObject({ original: { event: { id: 'e-0' } } });
});

test('an object that somebody broke hides no other', async () => {
  const store = new MemoryObjects();
  await open(store).keep(letter(1));
  store.objects.set('letters/team/2026-01-01/broken.1.3.jsonl', Buffer.from('no index'));
  const other = open(store);
  await other.refresh();
  expect(idsOf(other)).toEqual(['e-1']);
  expect(faults).toEqual([new Error('letters/team/2026-01-01/broken.1.3.jsonl: its index cannot be read')]);
});

test('beyond the limit of memory letters are kept, counted and not found, until there is room', async () => {
  const store = new MemoryObjects();
  const indexBytes = 2000;
  const letters = new LetterStore({ store, newId, today: () => new Date(noon + drawn), onFault, indexBytes });
  for (let number = 0; number < 4; number += 1) await letters.keep(letter(number));
  expect(idsOf(letters)).toEqual(['e-0', 'e-1']);
  expect(letters.catalogue.countLeftOut('team')).toBe(2);
  const other = new LetterStore({ store, newId, today: () => new Date(noon + drawn), onFault, indexBytes });
  await other.refresh();
  expect(other.catalogue.countLeftOut('team') + idsOf(other).length).toBe(4);
  await letters.remove(
    'team',
    letters.page(team, all).letters.map(({ entry }) => letterKey(entry)),
  );
  await compact(compaction(letters, store));
  await letters.refresh();
  expect(idsOf(letters)).toEqual(['e-2', 'e-3']);
  expect(letters.catalogue.countLeftOut('team')).toBe(0);
});

test('an event that died at two times is two letters, in the order of time', async () => {
  const letters = open(new MemoryObjects());
  await letters.keep(letter(1, { refusedAt: new Date(noon + 9000).toISOString() }));
  await letters.keep(letter(1));
  const { letters: found } = letters.page(team, all);
  expect(found.map(({ entry }) => entry.time)).toEqual(['2026-01-01T12:00:01.000Z', '2026-01-01T12:00:09.000Z']);
  expect(new Set(found.map(({ entry }) => entry.token)).size).toBe(1);
});

test('a thousand letters take less than 150 bytes of memory each', () => {
  const uuid = '0190a6a0-0000-7000-8000-000000000000';
  const letters = Array.from({ length: 1000 }, (_, number) => {
    const name = `function-${number % 20}`;
    const entry = toEntry(letter(number, { name }), number);
    return { entry: { ...entry, event: { source: '/orders', type: 'order.placed', id: uuid } }, text: '{}' };
  });
  expect(packSegment(letters, 'stamp').index.bytes / letters.length).toBeLessThan(150);
});
