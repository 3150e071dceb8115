import { describe, expect, test } from '@jest/globals';
import { writesOutsideTenure } from './tenure.ts';

const write = (sender: string, receivedAt: number, doneAt = receivedAt + 2) => ({
  sender,
  what: 'create note-1',
  receivedAt,
  doneAt,
});

const lease = (holder: string, receivedAt: number) => ({
  sender: holder,
  holder,
  receivedAt,
  doneAt: receivedAt + 2,
});

/** a leads from 12 to 30, b from 32 to 40, nobody from then on. */
const leases = [lease('a', 10), lease('a', 20), lease('b', 30), lease('', 40)];

describe('a write', () => {
  test.each([write('a', 12), write('a', 25), write('b', 32), write('b', 36)])(
    'of $sender at $receivedAt is within its tenure',
    (of) => {
      expect(writesOutsideTenure([of], leases)).toEqual([]);
    },
  );

  test.each([
    { why: 'before anybody leads', of: write('a', 5) },
    { why: 'while its lease is being stored', of: write('a', 11) },
    { why: 'after another one leads', of: write('a', 33) },
    { why: 'before its sender leads', of: write('b', 25) },
    { why: 'that is not done when another one takes over', of: write('a', 29, 31) },
    { why: 'after its sender gave the lease back', of: write('b', 43) },
  ])('fails $why', ({ of }) => {
    expect(writesOutsideTenure([of], leases)).toHaveLength(1);
  });

  test('fails with who led meanwhile', () => {
    expect(writesOutsideTenure([write('a', 33)], leases)).toEqual([
      'a sent create note-1 at 33, done at 35, while b led',
    ]);
  });
});
