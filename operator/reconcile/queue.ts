import type { Clock } from '../kube/clock.ts';
import { type RateLimit, TokenBucket } from '../kube/rate-limit.ts';
import { Backoff } from './backoff.ts';
import { type Delayed, DelayHeap } from './delay-heap.ts';
import { Fifo } from './fifo.ts';

/** `low` is for keys in no hurry: what a list brought, and resyncs. */
export type Lane = 'high' | 'low';

export interface QueuedKey {
  readonly key: string;
  readonly lane: Lane;
}

export interface AddOptions {
  /** Default `high`. */
  readonly lane?: Lane;
  /** Default 0. */
  readonly afterMs?: number;
}

/** The figures of a queue, named as client-go's. */
export interface QueueObserver {
  added(name: string): void;
  retried(name: string): void;
  depth(name: string, lane: Lane, keys: number): void;
  started(name: string, waitedSeconds: number): void;
  finished(name: string, seconds: number): void;
}

const silentQueueObserver: QueueObserver = {
  added() {},
  retried() {},
  depth() {},
  started() {},
  finished() {},
};

/** client-go's for the retries of a controller, all keys together. */
const defaultRetryRate: RateLimit = { perSecond: 10, burst: 100 };

export interface QueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly observer?: QueueObserver;
  readonly backoff?: Backoff;
  /** For the retries of all keys together. */
  readonly retryRate?: TokenBucket;
}

/** A key that waits, or whose pass runs, or both. */
interface Item extends Delayed {
  readonly key: string;
  /** For its time, behind others in its lane, for its own pass to end, or for nothing while that runs. */
  place: 'delayed' | 'lane' | 'held' | 'nowhere';
  lane: Lane;
  readyAt: number;
  isRunning: boolean;
  startedAt: number;
}

interface Alarm {
  readonly at: number;
  readonly cancel: AbortController;
}

/** While both lanes have keys, one of so many comes from the low one. */
const lowShare = 10;

/**
 * Keys that need a pass, as client-go's workqueue and controller-runtime's priority queue hold them: a key waits once
 * however often it is added, keeps the earlier time and the higher lane, and is never handed out while its pass runs.
 */
export class WorkQueue {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #observer: QueueObserver;
  readonly #backoff: Backoff;
  readonly #retryRate: TokenBucket;

  readonly #items = new Map<string, Item>();
  readonly #lanes = { high: new Fifo<Item>(), low: new Fifo<Item>() } as const;
  readonly #delays = new DelayHeap<Item>();
  #running = 0;
  readonly #getters: ((key: QueuedKey | undefined) => void)[] = [];
  #highInARow = 0;
  #alarm: Alarm | undefined;
  #isShutDown = false;
  #whenDrained: (() => void)[] = [];

  constructor({ name, clock, observer = silentQueueObserver, backoff, retryRate }: QueueOptions) {
    this.#name = name;
    this.#clock = clock;
    this.#observer = observer;
    this.#backoff = backoff ?? new Backoff();
    this.#retryRate = retryRate ?? new TokenBucket(defaultRetryRate, clock);
  }

  /** Keys that could be handed out now. */
  get depth(): number {
    return this.#lanes.high.size + this.#lanes.low.size;
  }

  /** Does nothing after shutDown. */
  add(key: string, { lane = 'high', afterMs = 0 }: AddOptions = {}): void {
    if (this.#isShutDown) return;
    const now = this.#clock.now();
    const dueAt = now + Math.max(afterMs, 0);
    const known = this.#items.get(key);
    if (known !== undefined && known.place !== 'nowhere') {
      this.#merge(known, { lane, dueAt, now });
      return;
    }
    const item = known ?? this.#newItem(key);
    item.lane = lane;
    item.dueAt = dueAt;
    this.#schedule(item, now);
  }

  /** Adds after the backoff of the key, or later where all retries together are too many. */
  retry(key: string, lane: Lane): void {
    if (this.#isShutDown) return;
    this.#observer.retried(this.#name);
    this.add(key, { lane, afterMs: Math.max(this.#backoff.next(key), this.#retryRate.reserve()) });
  }

  /** Failures of a key since it was forgotten. */
  failures(key: string): number {
    return this.#backoff.failures(key);
  }

  /** Starts the backoff of a key anew. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** The next key, which must be given back with done; undefined after shutDown. */
  get(): Promise<QueuedKey | undefined> {
    if (this.#isShutDown) return Promise.resolve(undefined);
    this.#promoteDue();
    const next = this.#take();
    return next === undefined ? new Promise((resolve) => this.#getters.push(resolve)) : Promise.resolve(next);
  }

  /** The pass of a key has ended. */
  done(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined || !item.isRunning) return;
    item.isRunning = false;
    this.#running -= 1;
    this.#observer.finished(this.#name, (this.#clock.now() - item.startedAt) / 1000);
    if (item.place === 'held') this.#enterLane(item);
    else if (item.place === 'nowhere') this.#items.delete(key);
    this.#resolveWhenDrained();
  }

  /** Drops what waits, as whoever comes next lists everything anyway. Resolves when no pass runs any more. */
  shutDown(): Promise<void> {
    this.#isShutDown = true;
    this.#alarm?.cancel.abort();
    this.#delays.clear();
    for (const item of this.#items.values()) item.place = 'nowhere';
    for (const lane of ['high', 'low'] as const) {
      this.#lanes[lane].clear();
      this.#observer.depth(this.#name, lane, 0);
    }
    for (const resolve of this.#getters.splice(0)) resolve(undefined);
    return new Promise((resolve) => {
      this.#whenDrained.push(resolve);
      this.#resolveWhenDrained();
    });
  }

  #newItem(key: string): Item {
    const item: Item = {
      key,
      place: 'nowhere',
      lane: 'high',
      dueAt: 0,
      readyAt: 0,
      isRunning: false,
      startedAt: 0,
      heapIndex: -1,
    };
    this.#items.set(key, item);
    return item;
  }

  #schedule(item: Item, now: number): void {
    if (item.dueAt <= now) {
      this.#becomeReady(item, now);
      return;
    }
    item.place = 'delayed';
    this.#delays.add(item);
    this.#setAlarm();
  }

  #merge(
    item: Item,
    { lane, dueAt, now }: { readonly lane: Lane; readonly dueAt: number; readonly now: number },
  ): void {
    if (lane === 'high' && item.lane === 'low') this.#raise(item);
    if (item.place !== 'delayed' || dueAt >= item.dueAt) return;
    item.dueAt = dueAt;
    if (dueAt <= now) {
      this.#delays.remove(item);
      this.#becomeReady(item, now);
    } else {
      this.#delays.advance(item);
      this.#setAlarm();
    }
  }

  #raise(item: Item): void {
    item.lane = 'high';
    if (item.place !== 'lane') return;
    this.#lanes.low.remove(item);
    this.#reportDepth('low');
    this.#enterLane(item);
  }

  #becomeReady(item: Item, now: number): void {
    item.readyAt = now;
    this.#observer.added(this.#name);
    if (item.isRunning) item.place = 'held';
    else this.#enterLane(item);
  }

  #enterLane(item: Item): void {
    item.place = 'lane';
    this.#lanes[item.lane].push(item);
    this.#reportDepth(item.lane);
    this.#serve();
  }

  #promoteDue(): void {
    if (this.#delays.size === 0) return;
    const now = this.#clock.now();
    for (let { first } = this.#delays; first !== undefined && first.dueAt <= now; { first } = this.#delays) {
      this.#delays.remove(first);
      this.#becomeReady(first, now);
    }
  }

  #serve(): void {
    while (this.#getters.length > 0) {
      const next = this.#take();
      if (next === undefined) return;
      this.#getters.shift()?.(next);
    }
  }

  #take(): QueuedKey | undefined {
    const lane = this.#nextLane();
    const item = this.#lanes[lane].shift();
    if (item === undefined) return undefined;
    this.#highInARow = lane === 'high' ? this.#highInARow + 1 : 0;
    item.place = 'nowhere';
    item.isRunning = true;
    item.startedAt = this.#clock.now();
    this.#running += 1;
    this.#reportDepth(lane);
    this.#observer.started(this.#name, (item.startedAt - item.readyAt) / 1000);
    return { key: item.key, lane };
  }

  #nextLane(): Lane {
    const { high, low } = this.#lanes;
    const isTurnOfLow = high.size === 0 || this.#highInARow >= lowShare - 1;
    return isTurnOfLow && low.size > 0 ? 'low' : 'high';
  }

  /** Wakes at the earliest due time; an alarm that is too early does no harm. */
  #setAlarm(): void {
    const first = this.#delays.first;
    if (first === undefined || (this.#alarm !== undefined && this.#alarm.at <= first.dueAt)) return;
    this.#alarm?.cancel.abort();
    this.#alarm = { at: first.dueAt, cancel: new AbortController() };
    void this.#awaitAlarm(this.#alarm);
  }

  async #awaitAlarm({ at, cancel }: Alarm): Promise<void> {
    try {
      await this.#clock.sleep(at - this.#clock.now(), cancel.signal);
    } catch {
      return;
    }
    this.#alarm = undefined;
    this.#promoteDue();
    this.#setAlarm();
  }

  #reportDepth(lane: Lane): void {
    this.#observer.depth(this.#name, lane, this.#lanes[lane].size);
  }

  #resolveWhenDrained(): void {
    if (!this.#isShutDown || this.#running > 0) return;
    for (const resolve of this.#whenDrained.splice(0)) resolve();
  }
}
