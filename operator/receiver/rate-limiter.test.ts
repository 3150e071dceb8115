import { expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { RateLimiter } from './rate-limiter.ts';

test('a tenant is let through at its rate, whatever another one does', async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, clock);
  const take = (tenant: string) => limiter.take(tenant);
  expect([take('a'), take('a'), take('a')].map(({ isAllowed, remaining }) => [isAllowed, remaining])).toEqual([
    [true, 2],
    [true, 1],
    [true, 0],
  ]);
  expect(take('a')).toEqual({ isAllowed: false, remaining: 0, retryAfterMs: 500 });
  expect(take('b').isAllowed).toBe(true);
  await clock.advance(499);
  expect(take('a').isAllowed).toBe(false);
  await clock.advance(1);
  expect(take('a').isAllowed).toBe(true);
  await clock.advance(60_000);
  expect(take('a').remaining).toBe(2);
});

test('a tenant that asks too much of one route is let through by another', () => {
  const limiter = new RateLimiter({ perSecond: 1, burst: 1 }, new FakeClock());
  const [events, alerts] = [limiter.forRoute('events'), limiter.forRoute('alerts')];
  expect([events.take('a'), events.take('a'), alerts.take('a')].map(({ isAllowed }) => isAllowed)).toEqual([
    true,
    false,
    true,
  ]);
});
