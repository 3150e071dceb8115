import { describe, expect, test } from '@jest/globals';
import { FetchError } from '../failure.ts';
import { applyDelta, resultSize } from './delta.ts';

const base = Buffer.from('hello world');
/** Sizes of base and result, then instructions. */
const delta = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);

describe('a delta', () => {
  test('copies from its base and inserts what is new', () => {
    const copyWorld = [0x91, 6, 5];
    const insert = [3, 0x61, 0x62, 0x63];
    expect(applyDelta(base, delta(11, 8, ...copyWorld, ...insert)).toString()).toBe('worldabc');
  });

  test('copies 65536 bytes where it states no length', () => {
    const large = Buffer.alloc(70_000, 'x');
    expect(applyDelta(large, delta(0xf0, 0xa2, 0x04, 0x80, 0x80, 0x04, 0x80)).length).toBe(0x1_0000);
  });

  test('states the size of its result', () => {
    expect(resultSize(delta(11, 0x80, 0x01))).toBe(128);
  });

  test.each([
    ['of another base', [12, 5, 0x91, 6, 5]],
    ['that copies beyond its base', [11, 5, 0x91, 9, 5]],
    ['that makes more than it states', [11, 2, 0x91, 6, 5]],
    ['that makes less than it states', [11, 9, 0x91, 6, 5]],
    ['that ends in an insertion', [11, 5, 5, 0x61]],
    ['with the reserved instruction', [11, 5, 0]],
    ['that ends in its sizes', [0x80]],
  ])('fails as one %s', (_what, bytes) => {
    expect(() => applyDelta(base, delta(...bytes))).toThrow(FetchError);
  });
});
