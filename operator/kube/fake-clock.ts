import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

interface Sleeper {
  readonly wakeAt: number;
  wake(this: void): void;
}

/** A clock for tests: time stands still until it is advanced. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  readonly now = (): number => this.#now;

  readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (ms <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const leave = (settle: () => void): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', abort);
        settle();
      };
      const abort = (): void => leave(() => reject(signal.reason));
      const sleeper = { wakeAt: this.#now + ms, wake: () => leave(resolve) };
      signal.addEventListener('abort', abort);
      this.#sleepers.add(sleeper);
    });
  };

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Milliseconds until the next one wakes; undefined when nobody sleeps. */
  get nextWakeMs(): number | undefined {
    const next = this.#earliest();
    return next && next.wakeAt - this.#now;
  }

  /** Moves time on, waking each sleeper at its time; what they start runs before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await nextTurn();
    for (let next = this.#earliest(); next && next.wakeAt <= end; next = this.#earliest()) {
      this.#now = next.wakeAt;
      next.wake();
      await nextTurn();
    }
    this.#now = end;
    await nextTurn();
  }

  #earliest(): Sleeper | undefined {
    return [...this.#sleepers].reduce<Sleeper | undefined>(
      (first, one) => (first === undefined || one.wakeAt < first.wakeAt ? one : first),
      undefined,
    );
  }
}
