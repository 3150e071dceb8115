import { setTimeout as sleep } from 'node:timers/promises';

/** Time as everything in the operator reads it; tests hand in a FakeClock. */
export interface Clock {
  /** Milliseconds of a monotonic clock whose zero means nothing. */
  now(this: void): number;
  /** Resolves after so many milliseconds, at once for none or less; rejects with the reason of the signal. */
  sleep(this: void, ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(Math.max(0, ms), undefined, { signal });
    } catch (error) {
      // node rejects with an AbortError of its own and has the reason as its cause
      signal.throwIfAborted();
      throw error;
    }
  },
};
