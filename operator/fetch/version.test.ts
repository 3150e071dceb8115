import { expect, test } from '@jest/globals';
import { assert, dictionary, property, string } from 'fast-check';
import { digestOf } from './version.ts';

const parts = dictionary(string(), string());

test('a digest is the same for the same parts in any order', () => {
  assert(
    property(parts, (some) => {
      const entries = Object.entries(some);
      expect(digestOf(new Map(entries))).toBe(digestOf(new Map(entries.toReversed())));
    }),
  );
});

test('a digest differs where a name and its content are cut at another place', () => {
  const digests = [
    [['ab', 'c']],
    [['a', 'bc']],
    [
      ['a', ''],
      ['bc', ''],
    ],
    [['1:a', '']],
  ].map((entries) => digestOf(new Map(entries.map(([name = '', content = '']) => [name, content]))));
  expect(new Set(digests).size).toBe(digests.length);
});
