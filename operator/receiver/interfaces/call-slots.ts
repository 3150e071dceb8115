import { Refusal } from '../refusal.ts';

/** Calls that wait for their answers at a time: of all callers, and of each. They take long, so that one may not take all. */
export class CallSlots {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #held = new Map<string, number>();
  #all = 0;

  constructor(most: number) {
    this.#most = most;
    this.#mostOfOne = Math.max(1, Math.floor(most / 4));
  }

  /** @throws Refusal where there is none left */
  async hold<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
    const own = this.#held.get(caller) ?? 0;
    if (this.#all >= this.#most || own >= this.#mostOfOne) {
      throw new Refusal('rate_limit_exceeded', 'too many calls at a time; call again', { retryAfterMs: 1000 });
    }
    this.#all += 1;
    this.#held.set(caller, own + 1);
    try {
      return await work();
    } finally {
      this.#all -= 1;
      this.#release(caller);
    }
  }

  #release(caller: string): void {
    const left = (this.#held.get(caller) ?? 1) - 1;
    if (left > 0) this.#held.set(caller, left);
    else this.#held.delete(caller);
  }
}
