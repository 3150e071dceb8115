import { describe, expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';

const fail = (): never => {
  throw new Error('no pod yet');
};
const giveUp = (): Error => new Error('etcd ended');

describe('eventually', () => {
  test('answers the first value that is not false', async () => {
    const answers = [false, false, 'there'];
    await expect(eventually(() => answers.shift() ?? false, { timeoutMs: 1000, intervalMs: 1 })).resolves.toBe('there');
  });

  test('repeats a check that throws', async () => {
    let calls = 0;
    const check = (): void => {
      calls += 1;
      expect(calls).toBe(3);
    };
    await eventually(check, { timeoutMs: 1000, intervalMs: 1 });
    expect(calls).toBe(3);
  });

  test('fails after the time limit with the last reason', async () => {
    const attempt = eventually(fail, { timeoutMs: 20, intervalMs: 1 });
    await expect(attempt).rejects.toThrow('not so after 20 ms: no pod yet');
  });

  test('fails at once when there is nothing left to wait for', async () => {
    await expect(eventually(() => false, { timeoutMs: 60_000, giveUp })).rejects.toThrow('etcd ended');
  });
});
