import { describe, expect, test } from '@jest/globals';
import {
  defaultLeaseTiming,
  heldSpec,
  isLeading,
  type LeaseSpec,
  mayWrite,
  releasedSpec,
  seen,
  type StoredLease,
  unseen,
  written,
} from './lease.ts';

const me = { identity: 'me', timing: defaultLeaseTiming };
const stored = (resourceVersion: string, spec: LeaseSpec): StoredLease => ({ resourceVersion, spec });
const theirs = (resourceVersion: string): StoredLease => stored(resourceVersion, { holderIdentity: 'they' });

describe('a lease', () => {
  test('that was never there may be written at once', () => {
    expect(mayWrite(seen(unseen, undefined, me, 0), 0)).toBe(true);
  });

  test('of another may be written 15 s after its version was first seen', () => {
    const view = seen(seen(unseen, theirs('1'), me, 1000), theirs('1'), me, 9000);
    expect([mayWrite(view, 15_999), mayWrite(view, 16_000)]).toEqual([false, true]);
  });

  test('that is renewed must be waited for anew', () => {
    const view = seen(seen(unseen, theirs('1'), me, 0), theirs('2'), me, 10_000);
    expect([mayWrite(view, 24_999), mayWrite(view, 25_000)]).toEqual([false, true]);
  });

  test('that lasts longer for its holder than for the candidate is waited for so long', () => {
    const view = seen(unseen, stored('1', { holderIdentity: 'they', leaseDurationSeconds: 60 }), me, 0);
    expect([mayWrite(view, 59_999), mayWrite(view, 60_000)]).toEqual([false, true]);
  });

  test.each([undefined, null, ''])('released with holder %p may be written at once', (holderIdentity) => {
    const spec = holderIdentity === undefined ? {} : { holderIdentity };
    expect(mayWrite(seen(seen(unseen, theirs('1'), me, 0), stored('2', spec), me, 5), 5)).toBe(true);
  });

  test('that was seen and is gone is waited for all the same', () => {
    const view = seen(seen(unseen, theirs('1'), me, 0), undefined, me, 5000);
    expect([mayWrite(view, 14_999), mayWrite(view, 15_000)]).toEqual([false, true]);
  });
});

describe('a leader', () => {
  const leading = written(stored('1', { holderIdentity: 'me' }), me, 1000);

  test('acts until 10 s after its renewal was sent', () => {
    expect([isLeading(leading, 10_999), isLeading(leading, 11_000)]).toEqual([true, false]);
  });

  test('gains no time by reading', () => {
    const view = seen(leading, stored('2', { holderIdentity: 'me' }), me, 9000);
    expect([isLeading(view, 10_999), isLeading(view, 11_000), mayWrite(view, 9000)]).toEqual([true, false, true]);
  });

  test.each(['they', ''])('stops at once when it reads that the holder is "%s"', (holderIdentity) => {
    expect(isLeading(seen(leading, stored('2', { holderIdentity }), me, 2000), 2000)).toBe(false);
  });

  test('may still act when the lease is gone', () => {
    const view = seen(leading, undefined, me, 2000);
    expect([isLeading(view, 2000), mayWrite(view, 2000)]).toEqual([true, true]);
  });
});

describe('what is written', () => {
  const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:02.000Z'];

  test('counts a change of hands and keeps the time of it', () => {
    const taken = heldSpec(
      seen(unseen, stored('1', { holderIdentity: 'they', leaseTransitions: 3 }), me, 0),
      me,
      first,
    );
    expect(taken).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: first,
      renewTime: first,
      leaseTransitions: 4,
    });
    const renewed = heldSpec(written(stored('2', taken), me, 0), me, second);
    expect(renewed).toEqual({ ...taken, renewTime: second });
  });

  test('counts no change of hands for the first holder', () => {
    expect(heldSpec(unseen, me, first).leaseTransitions).toBe(0);
  });

  test('has whole seconds that are not too short', () => {
    const timing = { leaseMs: 1500, renewDeadlineMs: 1000, retryMs: 200 };
    expect(heldSpec(unseen, { identity: 'me', timing }, first).leaseDurationSeconds).toBe(2);
  });

  test('names nobody on release', () => {
    const view = written(stored('2', { holderIdentity: 'me', leaseTransitions: 4 }), me, 0);
    expect(releasedSpec(view, second)).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 4,
      renewTime: second,
    });
  });
});
