import { expect, test } from '@jest/globals';
import { findStaleFiles } from './stale-files.ts';

const expected = new Map([
  ['dev/a.yaml', 'a'],
  ['dev/b.yaml', 'b'],
]);

test('equal files have no difference', () => {
  expect(findStaleFiles(expected, new Map(expected))).toEqual([]);
});

test('a missing, a changed and a left-over file are named', () => {
  const present = new Map([
    ['dev/b.yaml', 'B'],
    ['dev/c.yaml', 'c'],
  ]);
  expect(findStaleFiles(expected, present)).toEqual([
    'dev/a.yaml: missing',
    'dev/b.yaml: stale',
    'dev/c.yaml: no longer generated',
  ]);
});
