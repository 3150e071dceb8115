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
    signal.throwIfAborted();
    if (ms <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal.addEventListener('abort', abort, { once: true });
    });
  },
};
