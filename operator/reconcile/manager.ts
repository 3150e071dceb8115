import { setMaxListeners } from 'node:events';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { HealthCheck } from './health.ts';
import type { Leadership } from './leader.ts';
import { type RunnableController, serveTerm } from './term.ts';

/** Who may act: a LeaderElection, or noElection. */
export interface Election {
  run(lead: (leadership: Leadership) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Whether this process may act now, by the clock. */
  readonly mayAct: () => boolean;
}

/** For a process that is alone by other means. */
export const noElection: Election = {
  run: (lead) => lead({ signal: new AbortController().signal, mayAct: () => true }),
  mayAct: () => true,
};

export interface ManagerObserver {
  /** A kind has no list yet though its time is over: which, what it keeps waiting, what was said, what to do. */
  notSynced?(message: string): void;
  controllerStarted?(name: string): void;
}

export interface ManagerOptions {
  /** Run also while standing by; those of the controllers need not be named. */
  readonly informers: readonly Informer<KubernetesObject>[];
  readonly controllers: readonly RunnableController[];
  readonly election: Election;
  readonly clock: Clock;
  /** After so long the observer is told of kinds without a list; default two minutes, as controller-runtime's. */
  readonly syncTimeoutMs?: number;
  /** From the stop to the end at the latest; default 25 s, which leaves 5 s of a pod's 30. */
  readonly gracePeriodMs?: number;
  readonly observer?: ManagerObserver;
}

type AnyInformer = Informer<KubernetesObject>;

/** A fault that lasts longer makes a synced kind unready; a shorter one is a watch that is begun anew. */
const faultPatienceMs = 60_000;
/**
 * Runs the parts in order: informers, then the election, then each controller as soon as its kinds are synced. A kind
 * that cannot be synced keeps only the controllers waiting that watch it.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #informers: readonly AnyInformer[];
  readonly #observer: ManagerObserver;
  readonly #syncTimeoutMs: number;

  constructor(options: ManagerOptions) {
    const { informers, controllers, syncTimeoutMs = 120_000, observer = {} } = options;
    this.#options = options;
    this.#informers = [...new Set([...informers, ...controllers.flatMap((controller) => controller.informers)])];
    this.#observer = observer;
    this.#syncTimeoutMs = syncTimeoutMs;
  }

  /** One for each kind: whether it is synced, and its watch gets on. A candidate that stands by is ready. */
  get readyChecks(): readonly HealthCheck[] {
    return this.#informers.map((informer) => ({
      name: `informer-${informer.name}`,
      fault: () => this.#faultOf(informer),
    }));
  }

  /**
   * Runs until the signal, then drains; resolves when everything has stopped and the lease is released.
   * @throws LeaseLostError when the lease is lost
   * @throws Error when a pass does not end within the grace period
   */
  async run(stop: AbortSignal): Promise<void> {
    setMaxListeners(0, stop);
    const end = new AbortController();
    setMaxListeners(0, end.signal);
    const informing = this.#informers.map((informer) => informer.run(end.signal));
    try {
      await this.#sync(stop);
      if (!stop.aborted) await this.#options.election.run((leadership) => this.#lead(leadership, stop), stop);
    } finally {
      end.abort(stop.reason);
    }
    await Promise.all(informing);
  }

  /** Resolves when all kinds are synced, or the time is over and some controller has what it needs. */
  async #sync(stop: AbortSignal): Promise<void> {
    const { clock, controllers } = this.#options;
    const over = new AbortController();
    const timeout = clock.sleep(this.#syncTimeoutMs, AbortSignal.any([stop, over.signal]));
    try {
      await Promise.race([whenSynced(this.#informers, stop), timeout]);
      over.abort();
      this.#reportUnsynced();
      if (controllers.length === 0) return;
      await Promise.any(controllers.map(({ informers }) => whenSynced(informers, stop)));
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }

  #reportUnsynced(): void {
    for (const informer of this.#informers.filter(({ synced }) => !synced)) {
      const waiting = this.#options.controllers
        .filter(({ informers }) => informers.includes(informer))
        .map(({ name }) => name);
      const effect = waiting.length === 0 ? 'nothing waits for it' : `until then ${waiting.join(', ')} does not run`;
      this.#observer.notSynced?.(
        `${informer.name}: no list after ${this.#syncTimeoutMs / 1000} s, ${effect}: ${whyUnsynced(informer)}`,
      );
    }
  }

  #lead(leadership: Leadership, stop: AbortSignal): Promise<void> {
    const { controllers, clock, gracePeriodMs = 25_000 } = this.#options;
    const onStarted = (name: string): void => this.#observer.controllerStarted?.(name);
    return serveTerm({ controllers, leadership, stop, clock, gracePeriodMs, onStarted });
  }

  #faultOf(informer: AnyInformer): string | undefined {
    if (!informer.synced) return whyUnsynced(informer);
    const { fault } = informer;
    const isLasting = fault !== undefined && this.#options.clock.now() - fault.since >= faultPatienceMs;
    return isLasting ? fault.message : undefined;
  }
}

const whenSynced = (informers: readonly AnyInformer[], signal: AbortSignal): Promise<unknown> =>
  Promise.all(informers.map((informer) => informer.whenSynced(signal)));

const whyUnsynced = ({ fault }: AnyInformer): string =>
  fault?.message ?? 'the API server has not answered the list yet';
