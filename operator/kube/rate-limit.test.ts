import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FakeClock } from './fake-clock.ts';
import { TokenBucket } from './rate-limit.ts';

test('a hundred tokens are there at once, then ten a second', async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket({ perSecond: 10, burst: 100 }, clock);
  expect(Array.from({ length: 100 }, () => bucket.reserve()).every((ms) => ms === 0)).toBe(true);
  expect([bucket.reserve(), bucket.reserve()]).toEqual([100, 200]);
  await clock.advance(1000);
  expect(bucket.reserve()).toBe(0);
});

test('no window gets more than its burst and what grows in it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), async (pauses) => {
      const clock = new FakeClock();
      const limit = { perSecond: 10, burst: 5 };
      const bucket = new TokenBucket(limit, clock);
      const granted: number[] = [];
      for (const pause of pauses) {
        await clock.advance(pause);
        granted.push(clock.now() + bucket.reserve());
      }
      granted.forEach((from, index) => {
        granted.slice(index).forEach((to, later) => {
          expect(later + 1).toBeLessThanOrEqual(limit.burst + ((to - from) / 1000) * limit.perSecond + 1e-6);
        });
      });
    }),
    { numRuns: 50, interruptAfterTimeLimit: 3000 },
  );
});
