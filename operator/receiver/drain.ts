import type { Clock } from '../kube/clock.ts';
import type { HealthCheck } from '../reconcile/health.ts';

/**
 * The time between the signal to end and the end, in which requests still come: who sends hears of an end only later.
 * Until it is over the receiver is not ready, answers all the same, and asks for other connections.
 */
export class Drain implements HealthCheck {
  readonly name = 'running';
  readonly #clock: Clock;
  readonly #ms: number;
  #hasBegun = false;

  constructor(ms: number, clock: Clock) {
    this.#ms = ms;
    this.#clock = clock;
  }

  readonly hasBegun = (): boolean => this.#hasBegun;

  readonly fault = (): string | undefined => (this.#hasBegun ? 'it is about to end' : undefined);

  async run(): Promise<void> {
    this.#hasBegun = true;
    await this.#clock.sleep(this.#ms, new AbortController().signal);
  }
}
