import { expect, test } from '@jest/globals';
import { LetterStore } from './letter-store.ts';
import { MemoryObjects } from './memory-objects.ts';
import { purgeExpired } from './retention.ts';

const today = (): Date => new Date('2026-01-10T12:00:00Z');

/** Days on which one letter each died. */
async function withLetters(days: readonly string[]) {
  const store = new MemoryObjects();
  let drawn = 0;
  const newId = (): string => String((drawn += 1)).padStart(6, '0');
  // room for one segment, so that the others are in no index
  const letters = new LetterStore({ store, today, newId, onFault: () => {}, indexBytes: 1 });
  for (const day of days) {
    await letters.keep({
      original: { kind: 'request', headers: {}, body: day },
      namespace: 'team',
      reason: 'undecodable',
      message: 'no event',
      refusedAt: `${day}T23:59:59.999Z`,
      attempts: undefined,
      deaths: [],
      handedInBy: '',
    });
  }
  const daysLeft = (): readonly string[] =>
    [...store.objects.keys()].map((name) => name.split('/')[2] ?? '').toSorted();
  return { store, letters, today, daysLeft };
}

const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-10'];

test('letters of days that ended before the retention go, also those beyond the limit of memory', async () => {
  const { daysLeft, ...props } = await withLetters(days);
  const expired: number[] = [];
  await purgeExpired({ ...props, retentionDays: 7, onExpired: (count) => expired.push(count) });
  expect(daysLeft()).toEqual(['2026-01-03', '2026-01-10']);
  expect(expired).toEqual([1, 1]);
  expect([...props.letters.catalogue.segments(), ...props.letters.catalogue.leftOut()]).toHaveLength(2);
});

test('letters stay until they are purged where no retention is set', async () => {
  const { daysLeft, ...props } = await withLetters(days);
  await purgeExpired({ ...props, retentionDays: undefined, onExpired: () => {} });
  expect(daysLeft()).toEqual(days);
});
