import { maxPendingEvents, type PendingEvent } from '../api/index.ts';
import type { Clock } from '../kube/clock.ts';
import { Backoff } from '../reconcile/backoff.ts';
import { WorkQueue } from '../reconcile/queue.ts';

/** The object that events tell of, and where they go. */
export interface Sender {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** CloudEvents source. */
  readonly source: string;
  /** Broker of its namespace that hears of it; undefined where it asks for no events. */
  readonly broker: string | undefined;
}

/** Who hears of an object now: somebody; nobody who has come yet, or is away; nobody, as it is meant to be. */
export type Audience = 'there' | 'away' | 'none';

export interface OutboxObserver {
  /** Once the receiver has said that it has the event. */
  delivered(event: PendingEvent): void;
  /** It is tried again. `failures` in a row before this one. */
  failed(event: PendingEvent, error: unknown, failures: number): void;
  /** Given up, as there were too many. */
  dropped(event: PendingEvent): void;
}

export interface OutboxOptions {
  readonly audience: (sender: Sender) => Audience;
  /** Resolves once the event is taken; throws where it is not. */
  readonly send: (sender: Sender, event: PendingEvent) => Promise<void>;
  /** A pass over the object writes its status without the events that were taken. */
  readonly settled: (sender: Sender) => void;
  /** Whether this process leads. */
  readonly mayAct: () => boolean;
  readonly clock: Clock;
  readonly observer: OutboxObserver;
}

/** What passes ask of it. */
export type StatusOutbox = Pick<Outbox, 'pack' | 'isSettled' | 'offer'>;

/** Events of one object. */
interface Mail {
  readonly sender: Sender;
  waiting: readonly PendingEvent[];
  /** Ids of those that were taken and still stand in the status. */
  taken: ReadonlySet<string>;
  isSettled: boolean;
  /** Its status went with it: this is all that is left of its events. */
  isGone: boolean;
}

const noMail = { waiting: [], taken: new Set<string>(), isSettled: false } as const;

/** After the last event of an object its status is written once more, unless another write came first. */
export const settleMs = 5000;
const backoff = { baseMs: 1000, maxMs: 60_000 };
const senders = 4;
/** Objects that are gone and whose last events wait. */
const maxGone = 1000;

/**
 * Sends the lifecycle events that stand in the statuses of objects, those of one object in order. The status is what lasts: an
 * event is written with the transition that it tells of, and leaves the status after it was taken. Between the two a restart
 * sends it once more, with the same id. What an object leaves behind when it goes is kept in memory only.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: WorkQueue;
  readonly #mails = new Map<string, Mail>();
  /** Uids of objects that went lately: a pass over one may still be under way. */
  readonly #gone = new Set<string>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ name: 'lifecycle', clock: options.clock, backoff: new Backoff(backoff) });
  }

  /** Events that nobody has taken yet. */
  get backlog(): number {
    return [...this.#mails.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** The events that a status keeps: those stored in it that were not taken, and the news where somebody hears of them. */
  pack(sender: Sender, stored: readonly PendingEvent[], news: readonly PendingEvent[]): readonly PendingEvent[] {
    const audience = this.#options.audience(sender);
    if (audience === 'none') return [];
    const taken = this.#mails.get(sender.uid)?.taken;
    return [...stored.filter(({ id }) => taken?.has(id) !== true), ...(audience === 'there' ? news : [])].slice(
      -maxPendingEvents,
    );
  }

  /** Whether a status is worth a write only to be rid of what was taken. */
  isSettled({ uid }: Sender): boolean {
    return this.#mails.get(uid)?.isSettled ?? false;
  }

  /** Sends what stands in the status of the object; it knows what it was told before. */
  offer(sender: Sender, stored: readonly PendingEvent[]): void {
    const { uid } = sender;
    if (this.#gone.has(uid)) return;
    const before = this.#mails.get(uid) ?? noMail;
    const ids = new Set(stored.map(({ id }) => id));
    const taken = new Set([...before.taken].filter((id) => ids.has(id)));
    const waiting = stored.filter(({ id }) => !taken.has(id));
    if (ids.size === 0) {
      this.#forget(uid);
      return;
    }
    for (const event of before.waiting) if (!ids.has(event.id)) this.#options.observer.dropped(event);
    const isSettled = before.isSettled && waiting.length === 0;
    this.#mails.set(uid, { sender, waiting, taken, isSettled, isGone: false });
    if (waiting.length > 0) this.#queue.add(uid);
  }

  /** Sends what is left to tell of an object that is gone. */
  close(sender: Sender, stored: readonly PendingEvent[], news: readonly PendingEvent[]): void {
    const { uid } = sender;
    const waiting = this.pack(sender, stored, news);
    this.#mails.delete(uid);
    this.#remember(uid);
    if (waiting.length === 0 || !this.#options.mayAct()) return;
    this.#mails.set(uid, { sender, waiting, taken: new Set(), isSettled: false, isGone: true });
    this.#dropOldestGone();
    this.#queue.add(uid);
  }

  /** Sends until the signal; what is under way by then ends first. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => void this.#queue.shutDown();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.all(Array.from({ length: senders }, () => this.#work()));
  }

  async #work(): Promise<void> {
    for (let next = await this.#queue.get(); next !== undefined; next = await this.#queue.get()) {
      await this.#serve(next.key);
      this.#queue.done(next.key);
    }
  }

  async #serve(uid: string): Promise<void> {
    const mail = this.#mails.get(uid);
    if (mail === undefined) return;
    if (mail.waiting.length > 0) {
      await this.#sendAll(uid);
      return;
    }
    mail.isSettled = true;
    this.#options.settled(mail.sender);
  }

  async #sendAll(uid: string): Promise<void> {
    for (let mail = this.#mails.get(uid); mail !== undefined; mail = this.#mails.get(uid)) {
      const [event] = mail.waiting;
      if (event === undefined) {
        this.#finish(uid, mail);
        return;
      }
      if (!(await this.#send(uid, mail.sender, event))) {
        this.#queue.retry(uid, 'high');
        return;
      }
    }
  }

  /** Whether the event is taken. */
  async #send(uid: string, sender: Sender, event: PendingEvent): Promise<boolean> {
    const { mayAct, observer, send } = this.#options;
    if (!mayAct()) return false;
    try {
      await send(sender, event);
    } catch (error) {
      observer.failed(event, error, this.#queue.failures(uid));
      return false;
    }
    observer.delivered(event);
    this.#queue.forget(uid);
    this.#take(uid, event);
    return true;
  }

  /** Passes may have changed what waits while the event was under way. */
  #take(uid: string, { id }: PendingEvent): void {
    const mail = this.#mails.get(uid);
    if (mail === undefined) return;
    mail.waiting = mail.waiting.filter((one) => one.id !== id);
    mail.taken = new Set([...mail.taken, id]);
  }

  #finish(uid: string, { isGone }: Mail): void {
    if (isGone) this.#forget(uid);
    else this.#queue.add(uid, { afterMs: settleMs });
  }

  #forget(uid: string): void {
    this.#mails.delete(uid);
    this.#queue.forget(uid);
  }

  #remember(uid: string): void {
    this.#gone.add(uid);
    const [oldest] = this.#gone;
    if (this.#gone.size > maxGone && oldest !== undefined) this.#gone.delete(oldest);
  }

  #dropOldestGone(): void {
    const gone = [...this.#mails].filter(([, { isGone }]) => isGone);
    const [oldest] = gone;
    if (gone.length <= maxGone || oldest === undefined) return;
    const [uid, { waiting }] = oldest;
    for (const event of waiting) this.#options.observer.dropped(event);
    this.#forget(uid);
  }
}
