import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compareVersions, newestVersion } from './resource-version.ts';

test('versions are compared as numbers of any length', () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 80n });
  fc.assert(
    fc.property(version, version, (one, other) => {
      const order = compareVersions(String(one), String(other)) ?? NaN;
      expect(Math.sign(order)).toBe(one === other ? 0 : one < other ? -1 : 1);
      expect(newestVersion(String(one), String(other))).toBe(String(one > other ? one : other));
    }),
  );
});

test('versions that are no numbers are the same or cannot be compared', () => {
  expect(compareVersions('a-1', 'a-1')).toBe(0);
  expect(compareVersions('a-1', 'a-2')).toBeUndefined();
  expect(newestVersion('a-1', 'a-2')).toBe('a-2');
});
