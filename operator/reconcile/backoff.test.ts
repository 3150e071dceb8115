import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Backoff } from './backoff.ts';

test('the delay of a key doubles from 5 ms to 1000 s', () => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 20 }, () => backoff.next('a'));
  expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(delays.slice(-3)).toEqual([655_360, 1_000_000, 1_000_000]);
});

test('a delay depends on the failures of its key since it was forgotten, and on nothing else', () => {
  const step = fc.tuple(fc.constantFrom('next', 'forget'), fc.constantFrom('a', 'b', 'c'));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const backoff = new Backoff({ baseMs: 1, maxMs: 64 });
      const failures = new Map<string, number>();
      for (const [verb, key] of steps) {
        const count = failures.get(key) ?? 0;
        const delay = verb === 'next' ? backoff.next(key) : backoff.forget(key);
        expect(delay).toBe(verb === 'next' ? Math.min(2 ** count, 64) : undefined);
        failures.set(key, verb === 'next' ? count + 1 : 0);
        expect(backoff.failures(key)).toBe(failures.get(key));
      }
    }),
  );
});

test('a delay is finite after any number of failures', () => {
  const backoff = new Backoff();
  for (let failures = 0; failures < 2000; failures += 1) backoff.next('a');
  expect(backoff.next('a')).toBe(1_000_000);
});
