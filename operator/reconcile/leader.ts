import type { Clock } from '../kube/clock.ts';
import {
  type Candidate,
  heldSpec,
  isLeading,
  type LeaseSpec,
  type LeaseView,
  mayWrite,
  releasedSpec,
  seen,
  type StoredLease,
  unseen,
  written,
} from './lease.ts';
import { toMicroTime } from './micro-time.ts';
import { withinTime } from './time-limit.ts';

/** Where the lease is kept. */
export interface LeaseStore {
  /** Undefined when there is none. */
  read(signal: AbortSignal): Promise<StoredLease | undefined>;
  /** Replaces just that version, or creates where it is undefined. Undefined when somebody else was first. */
  write(spec: LeaseSpec, over: string | undefined, signal: AbortSignal): Promise<StoredLease | undefined>;
}

export interface LeaderObserver {
  leading(name: string, isLeading: boolean): void;
  /** A write that the leader made without a read found another version; it reads. */
  slowPath?(name: string): void;
  /** A request failed; it is tried again. */
  failed?(name: string, error: unknown): void;
}

const silentLeaderObserver: LeaderObserver = { leading() {} };

export interface ElectionOptions extends Candidate {
  /** Of the lease: in metrics and messages. */
  readonly name: string;
  readonly store: LeaseStore;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** For the times in the lease, which are for people only. */
  readonly today: () => Date;
  readonly observer?: LeaderObserver;
}

export interface Leadership {
  /** Aborted when the lease cannot be renewed in time or somebody else holds it. */
  readonly signal: AbortSignal;
  /** Looks at the clock, and so is true about it before a timer that a busy thread keeps waiting. False aborts the signal. */
  readonly mayAct: () => boolean;
}

/** The lease was lost while leading; the process has to end, as it cannot know what its past self still does. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/**
 * Lease-based leader election with the rules of client-go, but stricter in two: the time in which a leader may act is
 * counted from before its renewal was sent, and a lease that was seen and is gone is waited out like one that is held.
 */
export class LeaderElection {
  readonly #options: ElectionOptions;
  readonly #observer: LeaderObserver;
  #view: LeaseView = unseen;
  /** Of the term that is served now. */
  #lost: AbortController | undefined;

  /** @throws RangeError for times that cannot keep two leaders apart */
  constructor(options: ElectionOptions) {
    refuseUnsafeTiming(options);
    this.#options = options;
    this.#observer = options.observer ?? silentLeaderObserver;
  }

  /** Whether this candidate leads; looks at the clock like that of its Leadership. */
  readonly mayAct = (): boolean => this.#lost !== undefined && this.#mayAct(this.#lost);

  /** Who holds the lease as far as this candidate knows; empty for nobody. */
  get holder(): string {
    return this.#view.stored?.spec.holderIdentity ?? '';
  }

  /**
   * Waits for the lease, leads until `lead` resolves, then releases it; where `lead` rejects it is not released, as
   * something may still act. The signal ends the wait only.
   * @throws LeaseLostError when the lease is lost; `lead` was told, and given the time that is left to stop
   */
  async run(lead: (leadership: Leadership) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!(await this.#acquire(signal))) return;
    const { name } = this.#options;
    const lost = (this.#lost = new AbortController());
    const ended = new AbortController();
    this.#observer.leading(name, true);
    const work = lead({ signal: lost.signal, mayAct: () => this.#mayAct(lost) });
    const keeping = this.#keep(lost, ended.signal);
    try {
      await Promise.race([work, keeping]);
      if (lost.signal.aborted) await this.#awaitStop(work, lost.signal);
    } finally {
      ended.abort();
      await keeping;
      this.#observer.leading(name, false);
      this.#lost = undefined;
    }
    await this.#release();
  }

  /** False when the signal came first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, timing } = this.#options;
    while (!signal.aborted) {
      await this.#attempt(signal);
      if (isLeading(this.#view, clock.now())) {
        if (!signal.aborted) return true;
        await this.#release();
      }
      await sleepQuietly(clock, timing.retryMs * (1 + 0.2 * random()), signal);
    }
    return false;
  }

  /** Renews until the end; aborts `lost` and resolves when the time to act is over. */
  async #keep(lost: AbortController, end: AbortSignal): Promise<void> {
    const over = AbortSignal.any([lost.signal, end]);
    await Promise.all([this.#renew(lost, over), this.#watchDeadline(lost, over)]);
  }

  async #renew(lost: AbortController, over: AbortSignal): Promise<void> {
    const { name, clock, timing } = this.#options;
    while (!over.aborted) {
      await sleepQuietly(clock, timing.retryMs, over);
      await this.#attempt(over);
      if (!over.aborted && this.#view.actsUntil === -Infinity) {
        lost.abort(new LeaseLostError(`lease ${name}: ${this.holder || 'nobody'} holds it now`));
      }
    }
  }

  async #watchDeadline(lost: AbortController, over: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!over.aborted) {
      await sleepQuietly(clock, this.#view.actsUntil - clock.now(), over);
      if (!over.aborted) this.#mayAct(lost);
    }
  }

  /** Once false, the lease is lost: who was told so has dropped its work, and a late renewal must not bring the term back. */
  #mayAct(lost: AbortController): boolean {
    const { name, clock, timing } = this.#options;
    if (lost.signal.aborted) return false;
    if (isLeading(this.#view, clock.now())) return true;
    lost.abort(new LeaseLostError(`lease ${name}: no renewal for ${timing.renewDeadlineMs / 1000} s`));
    return false;
  }

  /** One try to get or renew the lease; what fails is reported and tried again. */
  async #attempt(signal: AbortSignal): Promise<void> {
    const { name, clock } = this.#options;
    try {
      if (!isLeading(this.#view, clock.now())) await this.#read(signal);
      if (!mayWrite(this.#view, clock.now()) || (await this.#take(signal))) return;
      this.#observer.slowPath?.(name);
      await this.#read(signal);
    } catch (error) {
      if (!signal.aborted) this.#observer.failed?.(name, error);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const stored = await this.#request(signal, (limited) => this.#options.store.read(limited));
    this.#view = seen(this.#view, stored, this.#options, this.#options.clock.now());
  }

  /** False when the lease has another version than the one known. */
  async #take(signal: AbortSignal): Promise<boolean> {
    const sentAt = this.#options.clock.now();
    const stored = await this.#write(heldSpec(this.#view, this.#options, this.#time()), signal);
    if (stored === undefined) return false;
    this.#view = written(stored, this.#options, sentAt);
    return true;
  }

  #write(spec: LeaseSpec, signal: AbortSignal): Promise<StoredLease | undefined> {
    const over = this.#view.stored?.resourceVersion;
    return this.#request(signal, (limited) => this.#options.store.write(spec, over, limited));
  }

  /** Nobody acts any more, so nobody need wait; where it fails they wait for the lease to run out. */
  async #release(): Promise<void> {
    const { name, identity } = this.#options;
    this.#view = { ...this.#view, actsUntil: -Infinity };
    try {
      if ((await this.#write(releasedSpec(this.#view, this.#time()), never)) !== undefined) return;
      // A renewal whose answer nobody waited for may have come first.
      await this.#read(never);
      if (this.holder === identity) await this.#write(releasedSpec(this.#view, this.#time()), never);
    } catch (error) {
      this.#observer.failed?.(name, error);
    }
  }

  /** Waits for half of the time that is left before another may lead. */
  async #awaitStop(work: Promise<void>, lost: AbortSignal): Promise<never> {
    const { clock, timing } = this.#options;
    const ms = (timing.leaseMs - timing.renewDeadlineMs) / 2;
    const { message } = toError(lost.reason);
    const late = `what acts under it has not stopped after ${ms / 1000} s`;
    try {
      await withinTime({ clock, ms, signal: never, message: late }, () => work);
    } catch (cause) {
      throw new LeaseLostError(`${message}; ${toError(cause).message}`, { cause });
    }
    throw new LeaseLostError(message);
  }

  #request<T>(signal: AbortSignal, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, timing, name } = this.#options;
    const ms = timing.renewDeadlineMs / 2;
    return withinTime({ clock, ms, signal, message: `lease ${name}: no answer after ${ms / 1000} s` }, send);
  }

  #time(): string {
    return toMicroTime(this.#options.today());
  }
}

const never = new AbortController().signal;

async function sleepQuietly(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch {
    // The caller looks at the signal.
  }
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function refuseUnsafeTiming({ name, timing: { leaseMs, renewDeadlineMs, retryMs } }: ElectionOptions): void {
  if (leaseMs > renewDeadlineMs && renewDeadlineMs > retryMs && retryMs > 0) return;
  throw new RangeError(
    `lease ${name}: got a lease of ${leaseMs} ms, a renew deadline of ${renewDeadlineMs} ms and a retry period of ${retryMs} ms, ` +
      'each must be greater than the next',
  );
}
