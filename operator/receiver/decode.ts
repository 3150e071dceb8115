import { parseAttributes } from './attributes.ts';
import type { CloudEvent, EventData } from './cloud-event.ts';
import { parseJson } from './json-text.ts';
import { isJson, type MediaType, parseMediaType } from './media-type.ts';
import { Refusal } from './refusal.ts';

/** A request as it came: names of headers in lower case, the body untouched. */
export interface HttpMessage {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** One event, or a batch of some. */
export type Decoded =
  | { readonly kind: 'one'; readonly event: CloudEvent }
  | { readonly kind: 'batch'; readonly events: readonly CloudEvent[] };

/** The events of a request. Throws a Refusal with the status to answer. */
export type Decode = (message: HttpMessage) => Decoded;

export interface DecodeLimits {
  /** Events in one batch. */
  readonly batchSize: number;
}

const structured = 'application/cloudevents';
const batched = 'application/cloudevents-batch';
const prefix = 'ce-';

/**
 * The events of a request in any of the three content modes (CloudEvents HTTP binding 1.0, §3). Stricter than the SDK,
 * which invents an absent id and takes attributes that the specification refuses.
 * @throws Refusal with the status to answer
 */
export function decode(message: HttpMessage, { batchSize }: DecodeLimits): Decoded {
  const contentType = single(message, 'content-type');
  const media = contentType === undefined ? undefined : parseMediaType(contentType);
  if (contentType !== undefined && media === undefined) throw unsupported('content-type is no media type');
  refuseEncodings(message, media);
  if (media?.essence.startsWith(`${structured}+`) === true) return decodeStructured(message, media);
  if (media?.essence.startsWith(batched) === true) return decodeBatch(message, media, batchSize);
  return { kind: 'one', event: decodeBinary(message, media, contentType) };
}

function refuseEncodings(message: HttpMessage, media: MediaType | undefined): void {
  const encoding = single(message, 'content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw unsupported('content-encoding: allowed identity');
  if (media !== undefined && !['utf-8', 'us-ascii', undefined].includes(media.charset)) {
    throw unsupported('charset: allowed utf-8');
  }
}

function decodeStructured({ body }: HttpMessage, { essence }: MediaType): Decoded {
  if (essence !== `${structured}+json`) throw unsupported(`allowed ${structured}+json`);
  return { kind: 'one', event: eventOfJson(parseJson(body, '')) };
}

function decodeBatch({ body }: HttpMessage, { essence }: MediaType, batchSize: number): Decoded {
  if (essence !== `${batched}+json`) throw unsupported(`allowed ${batched}+json`);
  const items = parseJson(body, '');
  if (!Array.isArray(items)) throw invalid('', 'a batch is a JSON array of events');
  if (items.length > batchSize) {
    throw new Refusal('payload_too_large', `a batch of ${items.length} events, allowed ${batchSize}; send several`);
  }
  return { kind: 'batch', events: items.map((item: unknown, index) => within(index, () => eventOfJson(item))) };
}

/** Points into the batch instead of into the event. */
function within<Result>(index: number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const faults = error.faults.map(({ pointer, message }) => ({ pointer: `/${index}${pointer}`, message }));
    throw new Refusal(error.reason, `event ${index}: ${error.message}`, { faults });
  }
}

function eventOfJson(value: unknown): CloudEvent {
  if (!isRecord(value)) throw invalid('', 'an event is a JSON object');
  const { data, data_base64: encoded, ...attributes } = value;
  if (data !== undefined && encoded !== undefined) throw invalid('/data_base64', 'allowed either data or data_base64');
  return parseAttributes(attributes, dataOfJson(data, encoded, attributes['datacontenttype']));
}

function dataOfJson(data: unknown, encoded: unknown, contentType: unknown): EventData {
  if (encoded !== undefined) {
    if (typeof encoded !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
      throw invalid('/data_base64', 'needed text in base64');
    }
    return bytesOrJson(Buffer.from(encoded, 'base64'), contentType);
  }
  return data === undefined ? { kind: 'none' } : { kind: 'json', value: data };
}

function bytesOrJson(bytes: Buffer, contentType: unknown): EventData {
  if (bytes.length === 0) return { kind: 'none' };
  const media = typeof contentType === 'string' ? parseMediaType(contentType) : undefined;
  return media !== undefined && isJson(media)
    ? { kind: 'json', value: parseJson(bytes, '/data') }
    : { kind: 'bytes', bytes };
}

function decodeBinary(message: HttpMessage, media: MediaType | undefined, contentType: string | undefined): CloudEvent {
  const attributes: Record<string, unknown> = contentType === undefined ? {} : { datacontenttype: contentType };
  const names = Object.keys(message.headers).filter((name) => name.startsWith(prefix));
  if (names.length === 0) {
    throw media === undefined || isJson(media)
      ? invalid('', 'found no ce- headers and no media type of CloudEvents')
      : unsupported('found no ce- headers and no media type of CloudEvents');
  }
  for (const name of names) {
    const attribute = name.slice(prefix.length);
    if (attribute === 'datacontenttype') throw invalid('/datacontenttype', 'content-type carries it in binary mode');
    attributes[attribute] = percentDecoded(single(message, name) ?? '', attribute);
  }
  return parseAttributes(attributes, bytesOrJson(message.body, contentType));
}

/** Of §3.1.3.2: what is not ASCII, and what a header cannot hold, comes percent-encoded. */
function percentDecoded(value: string, attribute: string): string {
  try {
    return decodeURIComponent(value.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    throw invalid(`/${attribute}`, 'needed UTF-8 behind its percent signs');
  }
}

/** A header that came twice says two things: nobody may choose one. */
function single({ headers }: HttpMessage, name: string): string | undefined {
  const value = headers[name];
  if (typeof value !== 'object') return value;
  const [only, ...others] = value;
  if (others.length > 0) throw invalid(`/${name.replace(prefix, '')}`, 'given more than once');
  return only;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (pointer: string, message: string): Refusal =>
  new Refusal('invalid_cloudevent', message, { faults: [{ pointer, message }] });

const unsupported = (message: string): Refusal => new Refusal('unsupported_media_type', message);
