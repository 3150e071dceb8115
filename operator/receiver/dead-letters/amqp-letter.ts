import { z } from 'zod';
import type { CloudEvent } from '../cloud-event.ts';
import { parseSubject } from '../command.ts';
import { type Death, type DeadLetter, type DeadLetterReason, originalRequest } from '../dead-letter.ts';
import { decode, type HttpMessage } from '../decode.ts';
import { withExactData } from '../exact-data.ts';
import { parseDestination, unknownNamespace } from '../undeliverable.ts';

/** A message as AMQP 0-9-1 delivers it. */
export interface AmqpMessage {
  readonly content: Buffer;
  readonly contentType: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** AMQP counts whole seconds; amqplib marks a time so. */
const timestamp = z
  .object({ '!': z.literal('timestamp'), value: z.number().min(0).max(253_402_300_799) })
  .transform(({ value }) => value * 1000);

const deathSchema = z.object({
  queue: z.string(),
  reason: z.string(),
  count: z.number().catch(1),
  time: timestamp,
});

/** Words of RabbitMQ that are reasons here; any other is one of a later release. */
const ownReasons = ['delivery_limit', 'expired', 'maxlen', 'rejected'] as const;

/**
 * The dead letter that a message of the dead-letter queue is, however broken: what is no event is kept as it is. The same
 * message always gives the same letter but for messages that nobody says the death of.
 */
export function toLetter(message: AmqpMessage, now: Date): DeadLetter {
  const deaths = deathsOf(message.headers);
  const [last] = deaths;
  const shared = {
    refusedAt: last?.time ?? now.toISOString(),
    attempts: attemptsOf(message.headers, deaths),
    deaths,
    handedInBy: '',
  };
  const given = last === undefined ? 'nobody says why it is dead' : `${last.queue}: ${last.reason}`;
  const event = eventOf(message);
  if (event === undefined) {
    const original = originalRequest(toHttp(message));
    const words = `${given}; it is no CloudEvent`;
    return { ...shared, original, namespace: unknownNamespace, reason: 'undecodable', message: words };
  }
  return {
    ...shared,
    original: { kind: 'event', event },
    namespace: namespaceOf(event),
    reason: reasonOf(last),
    message: given,
  };
}

function deathsOf(headers: AmqpMessage['headers']): readonly Death[] {
  const list: unknown = headers['x-death'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    const { data } = deathSchema.safeParse(one);
    return data === undefined ? [] : [{ ...data, time: new Date(data.time).toISOString() }];
  });
}

/** A quorum queue counts the deliveries that came back, without the first one. */
function attemptsOf(headers: AmqpMessage['headers'], deaths: readonly Death[]): number | undefined {
  const returned: unknown = headers['x-delivery-count'];
  if (typeof returned === 'number') return returned + 1;
  return deaths.length === 0 ? undefined : deaths.reduce((sum, { count }) => sum + count, 0);
}

const reasonOf = (last: Death | undefined): DeadLetterReason =>
  ownReasons.find((reason) => reason === last?.reason) ?? 'undeliverable';

function namespaceOf({ extensions, subject }: CloudEvent): string {
  const named = parseSubject(subject ?? '')?.namespace;
  return named ?? parseDestination(extensions['knativeerrordest'] ?? '').namespace;
}

function eventOf(message: AmqpMessage): CloudEvent | undefined {
  try {
    const request = toHttp(message);
    const decoded = decode(request, { batchSize: 1 });
    return decoded.kind === 'one' ? withExactData(decoded.event, request) : undefined;
  } catch {
    // whatever a message does to the decoder, it must not hold up the queue
    return undefined;
  }
}

/** Attributes in the headers: as the RabbitMQ Broker writes them, or as the AMQP binding of CloudEvents does. */
const attributePattern = /^(?:ce-|cloudEvents[:_])(?<attribute>[a-z0-9]+)$/;

function toHttp({ content, contentType, headers }: AmqpMessage): HttpMessage {
  const attributes = Object.entries(headers).flatMap(([name, value]): readonly [string, string][] => {
    const attribute = attributePattern.exec(name)?.groups?.['attribute'];
    const text = textOf(value);
    return attribute === undefined || text === undefined || attribute === 'datacontenttype'
      ? []
      : [[`ce-${attribute}`, percentEncoded(text)]];
  });
  const media = typeof contentType === 'string' && contentType !== '' ? { 'content-type': contentType } : {};
  return { headers: { ...media, ...Object.fromEntries(attributes) }, body: content };
}

/** An attribute of the Broker is text; the AMQP binding has its own types for numbers, truth and time. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const { data } = timestamp.safeParse(value);
  return data === undefined ? undefined : new Date(data).toISOString();
}

/** HTTP headers hold what AMQP headers do not have to encode. */
const percentEncoded = (text: string): string => text.replaceAll(/%/g, '%25');
