import type { Clock } from '../kube/clock.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { Backoff } from './backoff.ts';
import { buildEvent, type Happening, type NewEvent, type Reporter } from './event.ts';
import { toMicroTime } from './micro-time.ts';
import { WorkQueue } from './queue.ts';

/** Where events go. */
export interface EventSink {
  create(event: NewEvent, signal: AbortSignal): Promise<void>;
  /** Writes the series of an event that was created. False when that is gone, as after an hour it is. */
  updateSeries(event: NewEvent, signal: AbortSignal): Promise<boolean>;
}

export interface EventRecorderOptions {
  readonly sink: EventSink;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly today: () => Date;
  /** An event is given up: too many at once, or what the sink said at the last try. Default nobody is told. */
  readonly onDropped?: (error: Error) => void;
}

/** The same happening again and again: one event with a count. */
interface Series {
  readonly event: NewEvent;
  count: number;
  lastAt: number;
  lastObservedTime: string;
  isCreated: boolean;
  sentCount: number;
  sentAt: number;
}

/** client-go's: what happens again within six minutes belongs to the series. */
const seriesMs = 6 * 60_000;
/** A series is written at most so often. */
const refreshMs = 30_000;
const maxSeries = 1000;
const maxTries = 4;
const backoff = { baseMs: 1000, maxMs: 30_000 };

/**
 * Tells people of what happens to an object, by events of events.k8s.io/v1. Nobody waits for it, nothing depends on it:
 * it is bounded, and gives up what cannot be sent. Of a series only the first note is kept.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #queue: WorkQueue;
  /** By what makes happenings the same; the one that happened last is the last. */
  readonly #series = new Map<string, Series>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ name: 'events', clock: options.clock, backoff: new Backoff(backoff) });
  }

  record(regarding: KubernetesObject, happening: Happening): void {
    const { clock, today, reporter, random } = this.#options;
    const { type, reason, action } = happening;
    const key = JSON.stringify([regarding.metadata.uid, type, reason, action]);
    const now = clock.now();
    const known = this.#series.get(key);
    const isAgain = known !== undefined && now - known.lastAt < seriesMs;
    const time = today();
    const series = isAgain
      ? known
      : newSeries(buildEvent(regarding, happening, reporter, { time, suffix: toSuffix(time, random()) }));
    series.count += 1;
    series.lastAt = now;
    series.lastObservedTime = toMicroTime(time);
    this.#series.delete(key);
    this.#series.set(key, series);
    this.#dropOldest();
    this.#queue.add(key, { afterMs: series.isCreated ? series.sentAt + refreshMs - now : 0 });
  }

  /** Sends until the signal; what is not sent by then is dropped. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => void this.#queue.shutDown();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    for (let next = await this.#queue.get(); next !== undefined; next = await this.#queue.get()) {
      await this.#trySend(next.key, signal);
      this.#queue.done(next.key);
    }
  }

  async #trySend(key: string, signal: AbortSignal): Promise<void> {
    const series = this.#series.get(key);
    if (series === undefined || series.sentCount === series.count) return;
    try {
      await this.#send(series, signal);
      this.#queue.forget(key);
      if (series.sentCount < series.count) this.#queue.add(key, { afterMs: refreshMs });
    } catch (error) {
      if (this.#queue.failures(key) + 1 < maxTries) this.#queue.retry(key, 'high');
      else this.#giveUp(key, series, error);
    }
  }

  async #send(series: Series, signal: AbortSignal): Promise<void> {
    const { sink, clock } = this.#options;
    const { event, count, lastObservedTime } = series;
    const current = count === 1 ? event : { ...event, series: { count, lastObservedTime } };
    const isUpdated = series.isCreated && (await sink.updateSeries(current, signal));
    if (!isUpdated) await sink.create(current, signal);
    series.isCreated = true;
    series.sentCount = count;
    series.sentAt = clock.now();
  }

  #giveUp(key: string, { event }: Series, cause: unknown): void {
    this.#queue.forget(key);
    this.#series.delete(key);
    const { kind, name } = event.regarding;
    const said = cause instanceof Error ? cause.message : String(cause);
    this.#options.onDropped?.(new Error(`event ${event.reason} of ${kind} ${name}: not sent: ${said}`, { cause }));
  }

  #dropOldest(): void {
    const [oldest] = this.#series;
    if (this.#series.size <= maxSeries || oldest === undefined) return;
    const [key, series] = oldest;
    if (series.sentCount < series.count) this.#giveUp(key, series, `more than ${maxSeries} at once`);
    else this.#series.delete(key);
  }
}

const newSeries = (event: NewEvent): Series => ({
  event,
  count: 0,
  lastAt: 0,
  lastObservedTime: event.eventTime,
  isCreated: false,
  sentCount: 0,
  sentAt: 0,
});

const toSuffix = (time: Date, random: number): string =>
  `${time.getTime().toString(16)}${Math.floor(random * 2 ** 20)
    .toString(16)
    .padStart(5, '0')}`;
