import type { Clock } from '../kube/clock.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { LeaderElection, LeaseLostError, type LeaseStore } from './leader.ts';
import { defaultLeaseTiming, type LeaseSpec, type StoredLease } from './lease.ts';
import { whenAborted } from './when-aborted.ts';

/** The lease as the API server keeps it: one version after the other. */
export class LeaseServer {
  lease: StoredLease | undefined;
  #version = 0;

  write(spec: LeaseSpec, over: string | undefined): StoredLease | undefined {
    if (this.lease?.resourceVersion !== over) return undefined;
    this.#version += 1;
    this.lease = { spec, resourceVersion: String(this.#version) };
    return this.lease;
  }

  get store(): LeaseStore {
    return {
      read: () => Promise.resolve(this.lease),
      write: (spec, over) => Promise.resolve(this.write(spec, over)),
    };
  }
}

/** What a network does for a while to the requests that are sent. */
export interface Weather {
  readonly forMs: number;
  readonly requestMs: number;
  readonly responseMs: number;
  readonly lost: 'nothing' | 'request' | 'response';
}

/** A candidate from its start to its end, which another one with another name follows. */
export interface Life {
  /** Speed of its clock. */
  readonly rate: number;
  /** Time that its work takes to stop, by its clock. */
  readonly stopMs: number;
  readonly livesMs: number;
  readonly death: 'kill' | 'exit';
  /** One after the other, and again. */
  readonly weathers: readonly Weather[];
}

const fair = { requestMs: 1, responseMs: 1, lost: 'nothing' } as const;
const noAnswer = new Promise<never>(() => {});
const never = (): AbortSignal => new AbortController().signal;

/** Candidates that live, die and follow each other around one lease, over a network that delays and loses. */
export class LeaseWorld {
  readonly clock = new FakeClock();
  readonly acting = new Set<string>();
  /** All that acted, in order. */
  readonly leaders: string[] = [];
  /** How often a leader lost the lease. */
  losses = 0;
  readonly #server = new LeaseServer();
  #isHealed = false;
  #born = 0;
  readonly #fault: Promise<never>;

  /** Each list of lives is one place for a candidate; the lives follow each other, and again. */
  constructor(places: readonly (readonly Life[])[]) {
    this.#fault = Promise.race(places.map((lives) => this.#populate(lives)));
  }

  /** @throws Error as soon as two act at once */
  async pass(ms: number): Promise<void> {
    await Promise.race([this.#fault, this.clock.advance(ms)]);
  }

  /** From now on the network is well and nobody dies. */
  heal(): void {
    this.#isHealed = true;
  }

  async #populate(lives: readonly Life[]): Promise<never> {
    for (;;) for (const one of lives) await this.#live(one);
  }

  async #live({ rate, stopMs, livesMs, death, weathers }: Life): Promise<void> {
    this.#born += 1;
    const identity = `candidate ${this.#born}`;
    const clock: Clock = {
      now: () => this.clock.now() * rate,
      sleep: (ms, signal) => this.clock.sleep(ms / rate, signal),
    };
    const [exit, dead] = [new AbortController(), new AbortController()];
    const election = new LeaderElection({
      name: 'operator',
      identity,
      timing: defaultLeaseTiming,
      store: this.#network(weathers, dead.signal),
      clock,
      random: () => 0.5,
      today: () => new Date(0),
    });
    const ended = election.run(async ({ signal }) => {
      this.#act(identity);
      await whenAborted(AbortSignal.any([signal, exit.signal, dead.signal]));
      if (!dead.signal.aborted) await clock.sleep(stopMs, dead.signal).catch(() => {});
      this.acting.delete(identity);
    }, exit.signal);
    await Promise.race([ended, this.#death(livesMs)]).catch((error: unknown) => this.#lose(error));
    if (death === 'kill') dead.abort();
    exit.abort();
    await ended.catch(() => {});
  }

  #act(identity: string): void {
    this.acting.add(identity);
    this.leaders.push(identity);
    if (this.acting.size > 1) throw new Error(`${[...this.acting].join(' and ')} act at once`);
  }

  #lose(error: unknown): void {
    if (!(error instanceof LeaseLostError)) throw error;
    this.losses += 1;
  }

  async #death(livesMs: number): Promise<void> {
    await this.clock.sleep(livesMs, never());
    while (this.#isHealed) await this.clock.sleep(1_000_000, never());
  }

  #network(weathers: readonly Weather[], dead: AbortSignal): LeaseStore {
    const send = async <T>(effect: () => T): Promise<T> => {
      const { requestMs, responseMs, lost } = this.#isHealed ? fair : this.#weatherOf(weathers);
      if (dead.aborted || lost === 'request') return noAnswer;
      await this.clock.sleep(requestMs, never());
      const answer = effect();
      if (lost === 'response') return noAnswer;
      await this.clock.sleep(responseMs, never());
      return answer;
    };
    return {
      read: () => send(() => this.#server.lease),
      write: (spec, over) => send(() => this.#server.write(spec, over)),
    };
  }

  #weatherOf(weathers: readonly Weather[]): Omit<Weather, 'forMs'> {
    const cycleMs = weathers.reduce((sum, one) => sum + one.forMs, 0);
    let leftMs = this.clock.now() % cycleMs;
    return weathers.find(({ forMs }) => (leftMs -= forMs) < 0) ?? fair;
  }
}
