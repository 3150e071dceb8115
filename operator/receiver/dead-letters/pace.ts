import type { Clock } from '../../kube/clock.ts';

/** Turns that come at most so often in a second, evenly. */
export class Pace {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #next: number;

  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#everyMs = 1000 / perSecond;
    this.#next = clock.now();
  }

  /** Resolves at the next turn, or at the signal. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(this.#next, now);
    this.#next = at + this.#everyMs;
    // a timer takes a millisecond or more: short waits are made up for by the next ones
    if (at - now >= 5) await this.#clock.sleep(at - now, signal).catch(() => {});
  }
}
