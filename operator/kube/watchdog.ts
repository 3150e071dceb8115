import { AbortScope } from './abort-scope.ts';
import type { Clock } from './clock.ts';

/** Calls out once nothing was heard for a while. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #scope = new AbortScope();
  #heardAt: number;

  constructor(clock: Clock, silenceMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#heardAt = clock.now();
    void this.#listen().then(onSilence, () => {});
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  stop(): void {
    this.#scope.leave();
  }

  /** One timer for many events: what was heard in the meantime is looked up when it goes off. */
  async #listen(): Promise<void> {
    for (;;) {
      const leftMs = this.#heardAt + this.#silenceMs - this.#clock.now();
      if (leftMs <= 0) return;
      await this.#clock.sleep(leftMs, this.#scope.signal);
    }
  }
}
