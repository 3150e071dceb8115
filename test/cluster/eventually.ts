import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';

export interface Patience {
  /** When to give up; default four minutes, which only what never comes takes. */
  readonly timeoutMs?: number;
  /** Pause between two checks, default 50 ms. */
  readonly intervalMs?: number;
  /** Ends the wait with this error as soon as there is one. */
  giveUp?(this: void): Error | undefined;
}

/** Repeats a check until it neither throws nor answers `false`, and answers what it did. */
export async function eventually<T>(check: () => T | Promise<T>, patience: Patience = {}): Promise<Exclude<T, false>> {
  const { timeoutMs = 240_000, intervalMs = 50, giveUp } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const attempt = await attemptOnce(check);
    if (attempt.passed) return attempt.value;
    const hopeless = giveUp?.();
    if (hopeless !== undefined) throw hopeless;
    if (performance.now() >= deadline) throw tooLate(timeoutMs, attempt.reason);
    await sleep(intervalMs);
  }
}

type Attempt<T> = { readonly passed: true; readonly value: T } | { readonly passed: false; readonly reason: unknown };

async function attemptOnce<T>(check: () => T | Promise<T>): Promise<Attempt<Exclude<T, false>>> {
  try {
    const value = await check();
    return isNotFalse(value) ? { passed: true, value } : { passed: false, reason: undefined };
  } catch (reason) {
    return { passed: false, reason };
  }
}

const isNotFalse = <T>(value: T): value is Exclude<T, false> => value !== false;

function tooLate(timeoutMs: number, reason: unknown): Error {
  const last = isNativeError(reason) ? reason.message : 'the check answered false';
  return new Error(`not so after ${timeoutMs} ms: ${last}`, { cause: reason });
}
