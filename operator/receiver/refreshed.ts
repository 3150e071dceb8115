import type { Clock } from '../kube/clock.ts';
import type { HealthCheck } from '../reconcile/health.ts';

export interface RefreshedProps<Value> {
  /** Of the check of readiness. */
  readonly name: string;
  readonly read: () => Promise<Value>;
  readonly clock: Clock;
  readonly everyMs: number;
  /** Told of each failure; the last value stays, and it is read again soon. */
  readonly onFault: (error: unknown) => void;
}

const retryMs = 15_000;

/** A value that is read again and again: a file or an object that may change. */
export class Refreshed<Value> implements HealthCheck {
  readonly name: string;
  readonly #props: RefreshedProps<Value>;
  #value: Value;
  #fault: string | undefined = 'not read yet';
  #isRead = false;
  #hasFailed = false;

  constructor(props: RefreshedProps<Value>, first: Value) {
    this.name = props.name;
    this.#props = props;
    this.#value = first;
  }

  readonly current = (): Value => this.#value;

  /** Why it has never been read; what was read once is good enough to go on with. */
  readonly fault = (): string | undefined => this.#fault;

  async refresh(): Promise<void> {
    try {
      this.#value = await this.#props.read();
      this.#isRead = true;
      this.#hasFailed = false;
      this.#fault = undefined;
    } catch (error) {
      this.#hasFailed = true;
      if (!this.#isRead) this.#fault = error instanceof Error ? error.message : String(error);
      this.#props.onFault(error);
    }
  }

  /** Until the signal; never fails. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs } = this.#props;
    while (!signal.aborted) {
      await this.refresh();
      await clock.sleep(this.#hasFailed ? Math.min(everyMs, retryMs) : everyMs, signal).catch(() => {});
    }
  }
}
