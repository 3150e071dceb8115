import { AbortScope } from './abort-scope.ts';
import {
  ApiError,
  ConnectionError,
  isForbidden,
  isGone,
  isNotFound,
  isTooManyRequests,
  TimeoutError,
} from './api-error.ts';
import type { KubeClient, Selection } from './client.ts';
import type { Clock } from './clock.ts';
import { describeFault } from './fault-message.ts';
import type { InformerFault } from './informer.ts';
import type { ObjectStore } from './object-store.ts';
import { keyOf, type KubernetesObject } from './object.ts';
import type { ReflectorObserver, RelistCause } from './observer.ts';
import { Replica } from './replica.ts';
import type { Resource } from './resource.ts';
import { RetryDelay, type RetryPace } from './retry-delay.ts';
import { Watchdog } from './watchdog.ts';
import type { WatchEvent } from './wire.ts';

export interface ReflectorSettings {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly pace: RetryPace;
  /** A watch that is silent for so long is given up. The server sends a bookmark about every minute. */
  readonly silenceMs: number;
  readonly observer: ReflectorObserver;
}

export interface ReflectorProps<T extends KubernetesObject> {
  /** Of the informer, for its observer. */
  readonly name: string;
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly selection: Selection;
  /** A kind that is not served or may not be read counts as one without objects. */
  readonly optional: boolean;
  readonly store: ObjectStore<T>;
  readonly settings: ReflectorSettings;
}

/** What a listener or an index threw: a defect of this program, which no retry mends. */
class ListenerError extends Error {
  override readonly name = 'ListenerError';
}

/** The server ends a watch after a random time from this one to its double, so that not all end together. */
const leastWatchSeconds = 240;
const shortestWatchMs = 1000;
const steadyWatchMs = 10_000;

/**
 * Keeps a part of a store equal to the API server: lists once, then watches from version to version. It lists again
 * only when the server has forgotten the version, or when it cannot be known what was missed.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #props: ReflectorProps<T>;
  readonly #replica: Replica<T>;
  readonly #delay: RetryDelay;
  /** Resolves when the store held the whole list once. */
  readonly whenSynced: Promise<void>;
  #resolveSynced = (): void => {};
  #synced = false;
  #fault: InformerFault | undefined;
  #unavailable: string | undefined;
  #openedBefore = false;

  constructor(props: ReflectorProps<T>) {
    this.#props = props;
    this.#replica = new Replica(props.store, props.selection.namespace);
    this.#delay = new RetryDelay(props.settings.pace, props.settings.random);
    this.whenSynced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  get synced(): boolean {
    return this.#synced;
  }

  /** Absent while all is well. */
  get fault(): InformerFault | undefined {
    return this.#fault;
  }

  /** Why an optional kind cannot be read. */
  get unavailable(): string | undefined {
    return this.#unavailable;
  }

  /** Until the signal. Rejects only with a ListenerError. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#watch(this.#replica.version ?? (await this.#list(signal)), signal);
      } catch (error) {
        if (error instanceof ListenerError) throw error;
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, selection } = this.#props;
    const objects = new Map<string, T>();
    let version = '';
    for await (const page of client.list(resource, selection, { signal })) {
      for (const object of page.items) objects.set(keyOf(object), this.#replica.known(object));
      version ||= page.resourceVersion;
      this.#tellHeard();
    }
    this.#unavailable = undefined;
    this.#replace(objects, version);
    return version;
  }

  #replace(objects: ReadonlyMap<string, T>, version: string): void {
    this.#store(() => this.#replica.replace(objects, version));
    this.#synced = true;
    this.#resolveSynced();
  }

  /** Ends well when the server ends the watch: the next one follows at once. */
  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const { client, resource, selection, settings } = this.#props;
    const { clock, random, silenceMs } = settings;
    const scope = new AbortScope(signal);
    const watchdog = new Watchdog(clock, silenceMs, () => scope.abort(silence(silenceMs)));
    const query = { ...selection, resourceVersion: version, timeoutSeconds: toWatchSeconds(random()) };
    const startedAt = clock.now();
    let isNews = false;
    try {
      for await (const event of client.watch(resource, query, { signal: scope.signal, onOpen: this.#opened })) {
        isNews = true;
        watchdog.heard();
        this.#take(event);
      }
      if (!isNews && clock.now() - startedAt < shortestWatchMs)
        throw new ConnectionError('the watch ended at once', '');
    } finally {
      watchdog.stop();
      scope.leave();
      if (isNews || clock.now() - startedAt > steadyWatchMs) this.#delay.reset();
    }
  }

  readonly #opened = (): void => {
    this.#fault = undefined;
    if (this.#openedBefore) this.#props.settings.observer.watchRestarted(this.#props.name);
    this.#openedBefore = true;
  };

  #take(event: WatchEvent<T>): void {
    this.#tellHeard();
    if (event.type === 'ERROR') {
      // an event that the server cannot send comes again with each watch from here; only a list gets past it
      if (!isTooManyRequests(event.error)) this.#relist(isGone(event.error) ? 'expired' : 'failed');
      throw event.error;
    }
    if (this.#store(() => this.#replica.take(event))) return;
    this.#relist('disorder');
    throw new ConnectionError('events came out of order', '');
  }

  #store<R>(change: () => R): R {
    const { name, store, settings } = this.#props;
    try {
      return change();
    } catch (cause) {
      throw new ListenerError(`${name}: a listener or an index failed`, { cause });
    } finally {
      settings.observer.sized(name, store.size);
    }
  }

  #relist(cause: RelistCause): void {
    this.#replica.forgetVersion();
    this.#props.settings.observer.relisted(this.#props.name, cause);
  }

  async #recover(failure: unknown, signal: AbortSignal): Promise<void> {
    const { optional, resource, selection, settings } = this.#props;
    const message = describeFault(resource, selection.namespace, failure);
    if (optional && (isNotFound(failure) || isForbidden(failure))) this.#doWithout(message);
    const cause = this.#replica.version === undefined ? undefined : relistCauseOf(failure);
    if (cause !== undefined) this.#relist(cause);
    const since = this.#fault?.since ?? settings.clock.now();
    this.#fault = this.#unavailable === undefined ? { message, since } : undefined;
    // a sleep that the signal ends needs no answer: the loop looks at the signal
    await Promise.allSettled([settings.clock.sleep(this.#delay.next(failure), signal)]);
  }

  #doWithout(message: string): void {
    this.#unavailable = message;
    this.#replace(new Map(), '');
    this.#replica.forgetVersion();
  }

  #tellHeard(): void {
    this.#props.settings.observer.heard(this.#props.name);
  }
}

const toWatchSeconds = (random: number): number => Math.round(leastWatchSeconds * (1 + random));

const silence = (ms: number): Error => new TimeoutError(`the watch was silent for ${ms / 1000} s`);

/** Expired token, missing right, busy server: they say nothing of the version. */
const passingRefusals = [401, 403, 429];

/** Why a watch that was refused or broke must be preceded by a list; undefined when it can go on from the same version. */
function relistCauseOf(error: unknown): RelistCause | undefined {
  if (error instanceof ConnectionError) return undefined;
  if (!(error instanceof ApiError)) return 'failed';
  if (error.status === 410 || isVersionUnknown(error)) return 'expired';
  return error.status >= 500 || passingRefusals.includes(error.status) ? undefined : 'failed';
}

/** The version is newer than any of the server's: its database was restored from a backup. */
const isVersionUnknown = ({ details }: ApiError): boolean =>
  details.some(({ reason }) => reason === 'ResourceVersionTooLarge');
