import { labels } from '../api/index.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf } from '../kube/object.ts';
import { type Job, jobEnd } from '../specs/job.ts';
import { fairOrder, type WaitingFunction } from './build-queue.ts';

export type Turn =
  /** Create the Job now, then say how that went. */
  | { readonly kind: 'build' }
  /** The Job is being created by a pass over another function. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'queued'; readonly position: number; readonly length: number; readonly running: number };

const running = 'running';

const runningValues = (job: Job): readonly string[] =>
  job.metadata.labels?.[labels.build] === 'true' && jobEnd(job) === undefined ? [running] : [];

interface StartingJob {
  readonly namespace: string;
  readonly since: number;
}

/** As long as controllers wait for what they create. */
const unseenMs = 300_000;

export interface BuildSlotsProps {
  readonly jobs: Informer<Job>;
  readonly allowed: number;
  /** In milliseconds. */
  readonly now: () => number;
  /** Functions whose status says that they wait. */
  readonly queuedBefore: () => readonly WaitingFunction[];
}

/**
 * How many builds run, and who is next. What runs is read from the Jobs; what is kept here is only what the cache does
 * not show yet, and the order of who waits, which a restart reads from the status of the functions.
 */
export class BuildSlots {
  readonly allowed: number;
  readonly #jobs: Informer<Job>;
  readonly #now: () => number;
  readonly #queuedBefore: () => readonly WaitingFunction[];
  readonly #waiting = new Map<string, WaitingFunction>();
  /** Jobs that are created and not in the cache yet. */
  readonly #starting = new Map<string, StartingJob>();
  #isSeeded = false;

  constructor({ allowed, jobs, now, queuedBefore }: BuildSlotsProps) {
    this.#jobs = jobs;
    this.allowed = allowed;
    this.#now = now;
    this.#queuedBefore = queuedBefore;
    jobs.addIndex(running, runningValues);
    jobs.onChange(({ object }) => this.#starting.delete(keyOf(object)));
  }

  /** Jobs that have not ended. */
  get running(): readonly Job[] {
    return this.#jobs.cache.byIndex(running, running);
  }

  /** Builds that wait for their turn; functions with the same content wait for one. */
  get waiting(): number {
    return new Set([...this.#waiting.values()].map(({ job }) => job)).size;
  }

  ask(asking: WaitingFunction): Turn {
    this.#seed();
    this.#forgetUnseen();
    if (this.#starting.has(asking.job)) return { kind: 'starting' };
    this.#waiting.set(asking.key, asking);
    const order = this.#order();
    const count = this.#count();
    const index = order.indexOf(asking.job);
    if (index >= this.allowed - count) {
      return { kind: 'queued', position: index + 1, length: order.length, running: count };
    }
    this.#starting.set(asking.job, { namespace: asking.namespace, since: this.#now() });
    this.leave(asking.key);
    return { kind: 'build' };
  }

  /** The Job of a turn was not created. */
  failed(job: string): void {
    this.#starting.delete(job);
  }

  /** The function does not wait any more. */
  leave(key: string): void {
    this.#waiting.delete(key);
  }

  /** Functions whose turn it is now. */
  get next(): readonly string[] {
    const free = this.allowed - this.#count();
    if (free <= 0 || this.#waiting.size === 0) return [];
    const turn = new Set(this.#order().slice(0, free));
    return [...this.#waiting.values()].filter(({ job }) => turn.has(job)).map(({ key }) => key);
  }

  #order(): readonly string[] {
    const counts = new Map<string, number>();
    const namespaces = [
      ...this.running.map(({ metadata }) => metadata.namespace ?? ''),
      ...[...this.#starting.values()].map(({ namespace }) => namespace),
    ];
    for (const namespace of namespaces) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    return fairOrder([...this.#waiting.values()], counts);
  }

  #count(): number {
    return this.running.length + this.#starting.size;
  }

  /** A Job that came and went while the cache was not told is never seen in it. */
  #forgetUnseen(): void {
    for (const [job, { since }] of this.#starting) {
      if (this.#now() - since >= unseenMs) this.#starting.delete(job);
    }
  }

  #seed(): void {
    if (this.#isSeeded) return;
    this.#isSeeded = true;
    for (const one of this.#queuedBefore()) this.#waiting.set(one.key, one);
  }
}
