import { ApiError } from './api-error.ts';

export interface RetryPace {
  /** Longest first delay. */
  readonly baseMs: number;
  /** Longest delay. */
  readonly capMs: number;
}

/** As client-go waits between attempts of a reflector, at half its start. */
export const reflectorPace: RetryPace = { baseMs: 500, capMs: 30_000 };

/** The longest that a server may ask for; more is taken for a mistake of something in between. */
const longestAskedForMs = 300_000;

/** Delays that double with each failure in a row. The upper half of each is random, so that clients do not come back together. */
export class RetryDelay {
  readonly #pace: RetryPace;
  readonly #random: () => number;
  #failures = 0;

  constructor(pace: RetryPace, random: () => number) {
    this.#pace = pace;
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure: never less than the server asks for, and up to a fifth more. */
  next(error: unknown): number {
    const longest = Math.min(this.#pace.capMs, this.#pace.baseMs * 2 ** this.#failures);
    this.#failures += 1;
    const own = (longest / 2) * (1 + this.#random());
    const askedFor = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(own, Math.min(askedFor, longestAskedForMs) * (1 + this.#random() / 5));
  }

  reset(): void {
    this.#failures = 0;
  }
}
