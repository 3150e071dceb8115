export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** client-go's for controllers: 5 ms, doubled with each failure, at most 1000 s. */
const defaultBackoff: BackoffLimits = { baseMs: 5, maxMs: 1_000_000 };

/** Delay that grows with the failures of a key, until the key is forgotten. */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #failures = new Map<string, number>();

  constructor(limits: BackoffLimits = defaultBackoff) {
    this.#limits = limits;
  }

  /** Counts a failure; returns milliseconds until the next try. */
  next(key: string): number {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    return Math.min(this.#limits.baseMs * 2 ** failures, this.#limits.maxMs);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
