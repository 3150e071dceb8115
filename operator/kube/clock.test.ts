import { describe, expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';
import { FakeClock } from './fake-clock.ts';

const never = new AbortController().signal;

describe.each([
  { name: 'the system clock', clock: systemClock },
  { name: 'the fake clock', clock: new FakeClock() },
])('$name', ({ clock }) => {
  test('does not sleep for no time or less', async () => {
    await expect(Promise.all([clock.sleep(-1, never), clock.sleep(0, never)])).resolves.toHaveLength(2);
  });

  test('fails to sleep under a signal that has aborted, with its reason', async () => {
    const reason = new Error('stopped');
    await expect(clock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('ends a sleep with the reason of the signal', async () => {
    const controller = new AbortController();
    const sleep = clock.sleep(60_000, controller.signal);
    controller.abort('leaving');
    await expect(sleep).rejects.toBe('leaving');
  });
});

describe('the system clock', () => {
  test('sleeps for the time asked for', async () => {
    const start = systemClock.now();
    await systemClock.sleep(20, never);
    expect(systemClock.now() - start).toBeGreaterThanOrEqual(19);
  });

  test.each([2 ** 31, 1e12, Infinity])('sleeps for %s milliseconds, longer than a timer of Node.js', async (ms) => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(ms, controller.signal).then(() => 'over');
    expect(await Promise.race([sleep, systemClock.sleep(50, never)])).toBeUndefined();
    controller.abort('leaving');
    await expect(sleep).rejects.toBe('leaving');
  });
});

describe('the fake clock', () => {
  test('wakes sleepers in the order of their times, at their times', async () => {
    const clock = new FakeClock();
    const woken: string[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms, never);
      woken.push(`${name} at ${clock.now()}`);
    };
    const all = Promise.all([sleep('late', 30), sleep('early', 10), sleep('later', 40)]);
    expect(clock.nextWakeMs).toBe(10);
    await clock.advance(30);
    expect(woken).toEqual(['early at 10', 'late at 30']);
    expect(clock.sleeping).toBe(1);
    await clock.advance(10);
    await all;
    expect(woken).toHaveLength(3);
  });

  test('wakes who falls asleep again within the same advance', async () => {
    const clock = new FakeClock();
    let times = 0;
    const ticking = (async () => {
      for (; times < 3; times += 1) await clock.sleep(10, never);
    })();
    await clock.advance(30);
    await ticking;
    expect(times).toBe(3);
  });
});
