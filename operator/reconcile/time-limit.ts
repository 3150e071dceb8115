import type { Clock } from '../kube/clock.ts';

export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
  /** Ends it earlier. */
  readonly signal: AbortSignal;
  /** Message of the error when the time is up. */
  readonly message: string;
}

/** Rejects when the time is up or the signal is aborted, whether or not the work heeds the signal that it is given. */
export async function withinTime<T>(
  { clock, ms, signal, message }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const scope = new AbortController();
  const follow = (): void => scope.abort(signal.reason);
  signal.addEventListener('abort', follow, { once: true });
  const whenOver = async (): Promise<never> => {
    await clock.sleep(ms, scope.signal);
    throw new Error(message);
  };
  try {
    return await Promise.race([work(scope.signal), whenOver()]);
  } finally {
    signal.removeEventListener('abort', follow);
    scope.abort(new Error(message));
  }
}
