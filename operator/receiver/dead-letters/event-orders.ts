import type { z } from 'zod';
import { notificationTypes } from '../../api/index.ts';
import { type CloudEvent, correlationOf } from '../cloud-event.ts';
import { unavailable } from '../api-refusal.ts';
import { jsonOf } from '../command.ts';
import type { LetterOrderKind } from '../event-names.ts';
import { pointerTo } from '../fault.ts';
import { eventToken } from '../handled-events.ts';
import { KeyedTurns } from '../keyed-turns.ts';
import type { Notify } from '../notify.ts';
import { Refusal } from '../refusal.ts';
import type { Sender } from '../sender.ts';
import { unknownNamespace } from '../undeliverable.ts';
import { type LetterReport, purgeLetters, purgeSchema, replayLetters, replaySchema } from './letter-order.ts';
import { isOrderOld, orderName } from './handled-orders.ts';
import type { ObjectStore } from './object-store.ts';
import type { ReplayProps } from './replay.ts';
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

/**
 * Carries out orders of events once for each source and id. An order is about letters that died before it was given, so that
 * one that comes again, or late, never reaches others.
 */
export class EventOrders {
  readonly #props: EventOrdersProps;
  readonly #turns = new KeyedTurns();

  constructor(props: EventOrdersProps) {
    this.#props = props;
  }

  carryOut(order: EventOrder, event: CloudEvent, sender: Sender): Promise<OrderEffect> {
    return this.#turns.run(eventToken(event), () => this.#once(order, event, sender));
  }

  async #once(order: EventOrder, event: CloudEvent, sender: Sender): Promise<OrderEffect> {
    const { letters, store, today } = this.#props;
    await this.#authorize(order, sender);
    const time = new Date(event.time ?? today());
    if (isOrderOld(time, today())) return 'stale';
    const name = orderName(time, eventToken(event));
    try {
      if ((await store.get(name)) !== undefined) return 'duplicate';
      await letters.refresh();
      await this.#tell(order, event, await this.#report(order));
      await store.put(name, Buffer.from('{}'));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw unavailable('the store of dead letters does not answer', undefined, error);
    }
    if (order.dryRun) return 'counted';
    return order.kind === 'replay' ? 'replayed' : 'purged';
  }

  async #authorize({ dryRun, kind, namespace }: EventOrder, sender: Sender): Promise<void> {
    const { authorize, controlNamespace } = this.#props;
    if (sender.kind === 'broker' && sender.namespace !== namespace) {
      throw new Refusal('forbidden', `the Broker of ${sender.namespace} orders nothing of namespace ${namespace}`);
    }
    const verb = kind === 'replay' ? 'update' : 'delete';
    await authorize(sender, dryRun ? 'get' : verb, namespace === unknownNamespace ? controlNamespace : namespace);
  }

  #report(order: EventOrder): Promise<LetterReport> {
    if (order.kind === 'purge') {
      const { kind: _, ...purge } = order;
      return purgeLetters(this.#props, purge);
    }
    const { kind: _, ...again } = order;
    return replayLetters(this.#props, again, new AbortController().signal);
  }

  /** Whoever sent the order to a Broker hears of it in no other way. */
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
