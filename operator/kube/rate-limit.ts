import type { Clock } from './clock.ts';

export interface RateLimit {
  readonly perSecond: number;
  /** How many at once after a pause. */
  readonly burst: number;
}

/** A bucket that is full at first; who finds it empty is told how long to wait for a token that is then theirs. */
export class TokenBucket {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  #tokens: number;
  #countedAt: number;

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
    this.#tokens = limit.burst;
    this.#countedAt = clock.now();
  }

  /** Takes a token; returns milliseconds until it is there. */
  reserve(): number {
    const now = this.#clock.now();
    const { perSecond, burst } = this.#limit;
    const grown = this.#tokens + ((now - this.#countedAt) / 1000) * perSecond;
    this.#tokens = Math.min(grown, burst) - 1;
    this.#countedAt = now;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / perSecond) * 1000;
  }
}
