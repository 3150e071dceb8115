import { Pool } from 'undici';

/** Origins with connections that are kept; the one that was asked longest ago is let go first. */
const mostPools = 200;

/** Connections to many origins: fetch takes twice as long, and the image has nothing else of undici (tools/image/slimming.ts). */
export class OriginPools {
  readonly #pools = new Map<string, Pool>();
  readonly #timeoutMs: number;

  /** @param timeoutMs until the head of an answer, and between two parts of its body; 0 for requests that a signal ends */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** How many origins have a pool. */
  get size(): number {
    return this.#pools.size;
  }

  of(origin: string): Pool {
    const timeouts = { headersTimeout: this.#timeoutMs, bodyTimeout: this.#timeoutMs };
    const pool = this.#pools.get(origin) ?? new Pool(origin, timeouts);
    this.#pools.delete(origin);
    this.#pools.set(origin, pool);
    const [oldest] = this.#pools;
    if (this.#pools.size > mostPools && oldest !== undefined) {
      this.#pools.delete(oldest[0]);
      // it ends once it has answered what it was asked
      oldest[1].close().catch(() => {});
    }
    return pool;
  }
}
