import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ApiError } from './api-error.ts';
import { RetryDelay } from './retry-delay.ts';

const pace = { baseMs: 100, capMs: 1000 };
const busy = (retryAfterMs: number): ApiError =>
  new ApiError({ status: 429, reason: 'TooManyRequests', message: 'busy', retryAfterMs });

describe('the delay before the next attempt', () => {
  test('doubles up to its cap, and starts anew after a success', () => {
    const delay = new RetryDelay(pace, () => 1);
    expect(Array.from({ length: 6 }, () => delay.next('failed'))).toEqual([100, 200, 400, 800, 1000, 1000]);
    delay.reset();
    expect(delay.next('failed')).toBe(100);
  });

  test('is between half and whole by chance', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(2000), (random, failures) => {
        const delay = new RetryDelay(pace, () => random);
        const all = Array.from({ length: failures + 1 }, () => delay.next('failed'));
        const longest = Math.min(1000, 100 * 2 ** failures);
        expect(all.at(-1)).toBeGreaterThanOrEqual(longest / 2);
        expect(all.at(-1)).toBeLessThanOrEqual(longest);
      }),
      { numRuns: 50 },
    );
  });

  test('is never shorter than the server asks for, and at most a fifth longer', () => {
    expect(new RetryDelay(pace, () => 0).next(busy(5000))).toBe(5000);
    expect(new RetryDelay(pace, () => 1).next(busy(5000))).toBe(6000);
    expect(new RetryDelay(pace, () => 0).next(busy(1))).toBe(50);
  });

  test('is not an hour, whoever asks for it', () => {
    expect(new RetryDelay(pace, () => 0).next(busy(3_600_000))).toBe(300_000);
  });
});
