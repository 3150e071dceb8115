import { setTimeout as sleep } from 'node:timers/promises';
import { FetchError } from '../failure.ts';

export interface RetrySettings {
  /** Pauses before the second attempt, the third, and so on. */
  readonly pausesMs: readonly number[];
  readonly signal: AbortSignal;
}

/**
 * Repeats what found no server, or lost it before the answer: a name that DNS does not know yet in a new pod, a connection
 * that was kept and closed by the other side. All that is asked for is a read, so it may be asked for twice.
 */
export async function retryConnection<T>(connect: () => Promise<T>, settings: RetrySettings): Promise<T> {
  for (const pauseMs of settings.pausesMs) {
    try {
      return await connect();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(pauseMs, settings.signal);
    }
  }
  return connect();
}

const isPassing = (error: unknown): boolean =>
  error instanceof FetchError && (error.reason === 'Unreachable' || error.reason === 'Truncated');

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(pauseMs, undefined, { signal });
  } catch (error) {
    // the reason of the signal says more
    signal.throwIfAborted();
    throw error;
  }
}
