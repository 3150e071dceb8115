import type { z } from 'zod';
import { notificationTypes } from '../../api/index.ts';
import { hashOf } from '../../specs/applied-object.ts';
import { type CloudEvent, correlationOf, eventIdentity } from '../cloud-event.ts';
import { unavailable } from '../api-refusal.ts';
import { jsonOf } from '../command.ts';
import type { LetterOrderKind } from '../event-names.ts';
import { pointerTo } from '../fault.ts';
import { KeyedTurns } from '../keyed-turns.ts';
import { limitTo } from '../limit-to.ts';
import type { Notify } from '../notify.ts';
import { Refusal } from '../refusal.ts';
import type { Sender } from '../sender.ts';
import { unknownNamespace } from '../undeliverable.ts';
import { letterKey } from './letter-entry.ts';
import {
  chooseLetters,
  type LetterReport,
  purgeLetters,
  purgeSchema,
  replayLetters,
  replaySchema,
} from './letter-order.ts';
import { isOrderOld, orderName, type OrderRecord, readOrder, writeOrder } from './handled-orders.ts';
import type { ObjectStore } from './object-store.ts';
import { replay, type ReplayProps } from './replay.ts';
import type { AuthorizeLetters } from './routes.ts';

/** What became of an order that came as an event. */
export type OrderEffect = 'replayed' | 'purged' | 'counted' | 'duplicate' | 'stale';

export interface EventOrdersProps extends ReplayProps {
  readonly store: ObjectStore;
  readonly authorize: AuthorizeLetters;
  readonly notify: Notify;
  /** Where rights on letters of no namespace are looked up. */
  readonly controlNamespace: string;
  readonly today: () => Date;
  readonly newId: () => string;
}

/** Letters that an event names, with the namespace of its sender where it names none. Throws a Refusal. */
export function parseOrder(kind: LetterOrderKind, event: CloudEvent, namespace: string) {
  const given = { namespace, ...asFields(jsonOf(event.data)) };
  const order = kind === 'replay' ? { kind, ...read(replaySchema, given) } : { kind, ...read(purgeSchema, given) };
  if (event.time === undefined) throw fault(['time'], 'missing; add when the order was given');
  if (order.kind === 'replay' && order.limit / order.rate > maxSeconds) {
    throw fault(['data', 'rate'], `too slow for limit; needed ${Math.ceil(order.limit / maxSeconds)} or more`);
  }
  const givenAt = new Date(event.time).toISOString();
  const until = order.until === undefined || order.until > givenAt ? givenAt : order.until;
  return { ...order, until };
}

export type EventOrder = ReturnType<typeof parseOrder>;

/** A Broker waits for the answer. */
const maxSeconds = 30;
/** Orders under way at a time. */
const mostAtOnce = 8;
/** Clocks of senders that are ahead. */
const aheadMs = 300_000;

/**
 * Carries out orders of events, each of a sender once for its source, id and time. An order is about letters that died before
 * it was given. Which they are is stored before anything is done: one that comes again goes on with those, and never reaches
 * others.
 */
export class EventOrders {
  readonly #props: EventOrdersProps;
  readonly #turns = new KeyedTurns();
  readonly #once: (order: EventOrder, event: CloudEvent, name: string) => Promise<OrderEffect>;

  constructor(props: EventOrdersProps) {
    this.#props = props;
    this.#once = limitTo(mostAtOnce, (...order) => this.#attempt(...order));
  }

  async carryOut(order: EventOrder, event: CloudEvent, sender: Sender): Promise<OrderEffect> {
    const { today } = this.#props;
    await this.#authorize(order, sender);
    const givenAt = new Date(event.time ?? today());
    if (givenAt.getTime() - today().getTime() > aheadMs)
      throw fault(['time'], 'in the future; needed when it was given');
    if (isOrderOld(givenAt, today())) return 'stale';
    const name = orderName(givenAt, tokenOf(order, event, sender));
    return this.#turns.run(name, () => this.#once(order, event, name));
  }

  async #attempt(order: EventOrder, event: CloudEvent, name: string): Promise<OrderEffect> {
    try {
      return await (order.dryRun ? this.#count(order, event) : this.#goOn(order, event, name));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw unavailable('the store of dead letters does not answer', undefined, error);
    }
  }

  /** From where the last delivery ended: letters chosen, order carried out, told. */
  async #goOn(order: EventOrder, event: CloudEvent, name: string): Promise<OrderEffect> {
    const { letters, store } = this.#props;
    const before = await readOrder(store, name);
    if (before?.isTold === true) return 'duplicate';
    await letters.refresh();
    const begun = before ?? (await writeOrder(store, name, this.#choose(order)));
    const report = begun.report ?? (await this.#act(order, begun));
    if (begun.report === undefined) await writeOrder(store, name, { ...begun, report });
    await this.#tell(order, event, report);
    await writeOrder(store, name, { ...begun, report, isTold: true });
    return order.kind === 'replay' ? 'replayed' : 'purged';
  }

  /** A dry run does nothing, so it may come as often as it likes. */
  async #count(order: EventOrder, event: CloudEvent): Promise<OrderEffect> {
    await this.#props.letters.refresh();
    await this.#tell(order, event, await this.#dryReport(order));
    return 'counted';
  }

  #dryReport(order: EventOrder): Promise<LetterReport> {
    if (order.kind === 'purge') {
      const { kind: _, ...purge } = order;
      return purgeLetters(this.#props, purge);
    }
    const { kind: _, ...again } = order;
    return replayLetters(this.#props, again, AbortSignal.abort());
  }

  #choose(order: EventOrder): OrderRecord {
    const after = order.kind === 'replay' ? order.after : undefined;
    const { letters, next, total } = chooseLetters(this.#props, { ...order, after });
    return { keys: letters.map(({ entry }) => letterKey(entry)), next: next ?? null, total, isTold: false };
  }

  /** What was done before a receiver ended is not there any more, and is not done again. */
  async #act(order: EventOrder, { keys, next, total }: OrderRecord): Promise<LetterReport> {
    const { letters } = this.#props;
    if (order.kind === 'purge') {
      await letters.remove(order.namespace, keys);
      return { purged: keys.length, left: total - keys.length, dryRun: false };
    }
    const placed = keys.flatMap((key) => letters.catalogue.find(order.namespace, key) ?? []);
    const signal = AbortSignal.timeout(maxSeconds * 1000);
    const sent = await replay(this.#props, { letters: placed, perSecond: order.rate, signal });
    return { letters: keys.length, next, dryRun: false, ...sent };
  }

  async #authorize({ dryRun, kind, namespace }: EventOrder, sender: Sender): Promise<void> {
    const { authorize, controlNamespace } = this.#props;
    if (sender.kind === 'broker' && sender.namespace !== namespace) {
      throw new Refusal('forbidden', `the Broker of ${sender.namespace} orders nothing of namespace ${namespace}`);
    }
    const verb = kind === 'replay' ? 'update' : 'delete';
    await authorize(sender, dryRun ? 'get' : verb, namespace === unknownNamespace ? controlNamespace : namespace);
  }

  /** Told where audit and alerts are: on the Broker of the default namespace. */
  #tell({ kind, namespace }: EventOrder, event: CloudEvent, report: LetterReport): Promise<void> {
    const { newId, notify, today } = this.#props;
    return notify({
      id: newId(),
      source: '/dlq',
      type: kind === 'replay' ? notificationTypes.replayedLetters : notificationTypes.purgedLetters,
      subject: namespace,
      time: today().toISOString(),
      dataContentType: 'application/json',
      dataSchema: undefined,
      extensions: { correlationid: correlationOf(event), causationid: event.id },
      data: { kind: 'json', value: { namespace, eventId: event.id, eventSource: event.source, ...report } },
    });
  }
}

/** The same for each delivery of an order, and another for each sender. */
const tokenOf = ({ kind, namespace }: EventOrder, event: CloudEvent, { user }: Sender): string =>
  hashOf(JSON.stringify([eventIdentity(event), kind, namespace, user.username]), 32);

const asFields = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const fault = (path: readonly string[], message: string): Refusal =>
  new Refusal('schema_validation_failed', 'the order cannot be carried out', {
    faults: [{ pointer: pointerTo(...path), message }],
  });

function read<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ message, path }) => ({
    pointer: pointerTo('data', ...path.map(String)),
    message,
  }));
  throw new Refusal('schema_validation_failed', 'the order cannot be read', { faults });
}
