import type { Clock } from '../kube/clock.ts';

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly until: number;
}

export interface ExpiringCacheProps {
  readonly clock: Clock;
  /** How long an answer is believed. */
  readonly maxAgeMs: number;
  readonly maxEntries: number;
}

/** Answers by key, asked for once at a time. A failure is told to who waits, and not kept. */
export class ExpiringCache<Value> {
  readonly #props: ExpiringCacheProps;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(props: ExpiringCacheProps) {
    this.#props = props;
  }

  get(key: string, ask: () => Promise<Value>): Promise<Value> {
    const { clock, maxAgeMs } = this.#props;
    const kept = this.#entries.get(key);
    if (kept !== undefined && clock.now() < kept.until) return kept.value;
    const value = ask();
    const entry = { value, until: clock.now() + maxAgeMs };
    // the oldest answer stands first
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#shrink();
    value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return value;
  }

  /** Whether an answer is there that is still believed. */
  has(key: string): boolean {
    const kept = this.#entries.get(key);
    return kept !== undefined && this.#props.clock.now() < kept.until;
  }

  get size(): number {
    return this.#entries.size;
  }

  #shrink(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#props.maxEntries) return;
      this.#entries.delete(key);
    }
  }
}
