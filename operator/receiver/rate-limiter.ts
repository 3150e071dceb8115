import type { Clock } from '../kube/clock.ts';
import type { RateLimit } from '../kube/rate-limit.ts';

/** What is left to a tenant after it has asked. */
export interface Allowance {
  readonly isAllowed: boolean;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Until one more is allowed; 0 when it is now. */
  readonly retryAfterMs: number;
}

interface Bucket {
  readonly tokens: number;
  readonly countedAt: number;
}

/** Buckets that are remembered, of a tenant for each route that it uses; one that is forgotten begins full. */
const maxBuckets = 10_000;

/** A token bucket for each tenant. A request that is refused takes nothing. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** The same limit for one route alone: who asks too much of one may still use the others. */
  forRoute(route: string): Pick<RateLimiter, 'take'> {
    return { take: (tenant) => this.take(`${route} ${tenant}`) };
  }

  take(tenant: string): Allowance {
    const grown = this.#tokensOf(tenant);
    const isAllowed = grown >= 1;
    const left = isAllowed ? grown - 1 : grown;
    this.#keep(tenant, { tokens: left, countedAt: this.#clock.now() });
    return { isAllowed, remaining: Math.floor(left), retryAfterMs: this.#msUntilOne(left) };
  }

  /** Until the tenant may ask; 0 when it may now. Takes nothing. */
  wait(tenant: string): number {
    return this.#msUntilOne(this.#tokensOf(tenant));
  }

  #tokensOf(tenant: string): number {
    const { burst, perSecond } = this.#limit;
    const now = this.#clock.now();
    const { countedAt, tokens } = this.#buckets.get(tenant) ?? { tokens: burst, countedAt: now };
    return Math.min(burst, tokens + ((now - countedAt) / 1000) * perSecond);
  }

  #msUntilOne(tokens: number): number {
    return tokens >= 1 ? 0 : ((1 - tokens) / this.#limit.perSecond) * 1000;
  }

  /** Who asked longest ago stands first. */
  #keep(tenant: string, bucket: Bucket): void {
    this.#buckets.delete(tenant);
    this.#buckets.set(tenant, bucket);
    if (this.#buckets.size <= maxBuckets) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
