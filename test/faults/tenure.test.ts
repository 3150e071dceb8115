import { describe, expect, test } from '@jest/globals';
import { interleavedWriters, writesOutsideTenure } from './tenure.ts';

const write = (writer: string, receivedAt: number, doneAt = receivedAt + 2) => ({
  writer,
  object: 'note-1',
  receivedAt,
  doneAt,
});

const holders = [
  { holder: 'a', storedAt: 10 },
  { holder: 'a', storedAt: 20 },
  { holder: 'b', storedAt: 30 },
];

describe('the tenure of a write', () => {
  test('is that of the holder of the lease', () => {
    expect(writesOutsideTenure([write('a', 10), write('a', 25), write('b', 30)], holders)).toEqual([]);
  });

  test.each([
    { why: 'before anybody led', of: write('a', 5) },
    { why: 'after another one led', of: write('a', 31) },
    { why: 'before its writer led', of: write('b', 25) },
    { why: 'that another one took over in the middle of', of: write('a', 29, 31) },
  ])('fails for a write $why', ({ of }) => {
    expect(writesOutsideTenure([of], holders)).toHaveLength(1);
  });
});

describe('writers', () => {
  test('that come one after the other do not interleave', () => {
    expect(interleavedWriters([write('b', 3), write('a', 1), write('a', 2), write('c', 4)])).toEqual([]);
  });

  test('fail where one comes back after another', () => {
    expect(interleavedWriters([write('a', 1), write('b', 2), write('a', 3)])).toEqual([
      'a wrote note-1 at 3, after another writer',
    ]);
  });
});
