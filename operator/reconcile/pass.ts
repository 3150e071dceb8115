import type { Clock } from '../kube/clock.ts';
import type { Outcome } from './outcome.ts';

/** What a pass is given beside its key. */
export interface ReconcileContext {
  /** Aborted when the pass takes too long, the lease is lost, or the grace period of a shutdown is over. */
  readonly signal: AbortSignal;
  /** Names this pass in logs and traces. */
  readonly id: string;
  /** Passes over the key that failed in a row before this one. */
  readonly failures: number;
  /**
   * Sends a request that creates an object, named `<informer> <key>`. The next pass over the key waits until the cache
   * shows the object; it does not where the request fails.
   */
  creating<T>(this: void, object: string, send: () => Promise<T>): Promise<T>;
}

/** Makes the world as the object of the key says. Reads the caches; knows nothing of what has changed. */
export type Reconcile = (key: string, context: ReconcileContext) => Promise<Outcome>;

export type Ending =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Past its time and told so; `whenEnded` resolves, whenever that is, and never rejects. */
  | { readonly kind: 'timedOut'; readonly error: Error; readonly whenEnded: Promise<unknown> };

interface PassOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Aborts the signal that the pass was given. */
  readonly controller: AbortController;
}

/** Resolves when the pass ends, or with its timeout, whatever it throws and whether or not it heeds its signal. */
export async function runPass(
  pass: () => Promise<Outcome>,
  { clock, timeoutMs, controller }: PassOptions,
): Promise<Ending> {
  const timer = new AbortController();
  const whenEnded = settle(pass);
  const whenTimeout = clock.sleep(timeoutMs, timer.signal).then(
    () => true,
    () => false,
  );
  const first = await Promise.race([whenEnded, whenTimeout]);
  timer.abort(passIsOver);
  if (typeof first === 'object') return first;
  const error = new Error(`no end after ${timeoutMs / 1000} s; the pass was told to stop and its key is tried again`);
  controller.abort(error);
  return { kind: 'timedOut', error, whenEnded };
}

/** One for all, as an error with its stack for each pass would be the dearest part of it. */
const passIsOver = new Error('the pass is over');

async function settle(pass: () => Promise<Outcome>): Promise<Ending> {
  try {
    return { kind: 'ended', outcome: await pass() };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
