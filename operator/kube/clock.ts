/** Time as everything in the operator reads it; tests hand in a FakeClock. */
export interface Clock {
  /** Milliseconds of a monotonic clock whose zero means nothing. */
  now(this: void): number;
  /** Resolves after so many milliseconds, at once for none or less; rejects with the reason of the signal. */
  sleep(this: void, ms: number, signal: AbortSignal): Promise<void>;
}

/** Longest time that Node.js takes; it makes one millisecond of a longer one. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    for (let left = ms; left > 0; left -= longestTimerMs) await pause(Math.min(left, longestTimerMs), signal);
  },
};

async function pause(ms: number, signal: AbortSignal): Promise<void> {
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
}
