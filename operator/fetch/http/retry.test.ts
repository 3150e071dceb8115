import { describe, expect, test } from '@jest/globals';
import { FetchError } from '../failure.ts';
import { retryConnection } from './retry.ts';

const signal = new AbortController().signal;
const unreachable = new FetchError('Unreachable', 'host');

/** Fails so often, then answers how often it was tried. */
function connectAfter(failures: number, fault: Error): () => Promise<number> {
  let attempts = 0;
  return () => {
    attempts += 1;
    return attempts > failures ? Promise.resolve(attempts) : Promise.reject(fault);
  };
}

describe('a connection', () => {
  test('is tried again', async () => {
    await expect(retryConnection(connectAfter(2, unreachable), { pausesMs: [0, 0], signal })).resolves.toBe(3);
  });

  test('fails when no attempt is left', async () => {
    await expect(retryConnection(connectAfter(3, unreachable), { pausesMs: [0, 0], signal })).rejects.toBe(unreachable);
  });

  test('fails at once where another attempt cannot help', async () => {
    const forbidden = new FetchError('Forbidden', 'host');
    await expect(retryConnection(connectAfter(1, forbidden), { pausesMs: [0, 0], signal })).rejects.toBe(forbidden);
  });

  test('fails with the reason of the signal while it waits', async () => {
    const controller = new AbortController();
    const late = new FetchError('TimedOut', 'late');
    const attempt = retryConnection(connectAfter(1, unreachable), { pausesMs: [60_000], signal: controller.signal });
    controller.abort(late);
    await expect(attempt).rejects.toBe(late);
  });
});
