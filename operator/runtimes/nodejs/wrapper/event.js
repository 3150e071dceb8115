import { randomUUID } from 'node:crypto';
import { decodeHeader, parseAttributes, UnreadableEvent } from './attributes.js';
import { firstHeader } from './headers.js';
import { dataOf, formOf, mediaTypeOf, parseJson } from './media-type.js';

/**
 * @typedef {object} ReceivedEvent
 * @property {import('./attributes.js').Attributes} attributes
 * @property {import('./media-type.js').Data} data
 */

/**
 * @typedef {{ readonly kind: 'single', readonly event: ReceivedEvent }
 *   | { readonly kind: 'batch', readonly events: readonly ReceivedEvent[] }} Received
 */

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const binaryHeaders = new Set(['id', 'source', 'type', 'specversion']);

/**
 * The event or events of a request, in whatever mode.
 * @param {readonly string[]} rawHeaders names and values in turn, as Node has them
 * @param {Buffer} body
 * @param {Date} now
 * @returns {Received}
 * @throws {UnreadableEvent}
 */
export function parseRequest(rawHeaders, body, now) {
  const contentType = firstHeader(rawHeaders, 'content-type');
  const encoding = firstHeader(rawHeaders, 'content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new UnreadableEvent(`content-encoding: got ${encoding}, allowed identity`);
  }
  if (contentType === undefined || !/^\s*application\/cloudevents/i.test(contentType)) {
    return { kind: 'single', event: fromHeaders(attributesOf(rawHeaders), { contentType, body, now }) };
  }
  switch (mediaTypeOf(contentType)) {
    case 'application/cloudevents+json':
      return { kind: 'single', event: fromJson(parseBody(body)) };
    case 'application/cloudevents-batch+json':
      return { kind: 'batch', events: fromBatch(parseBody(body)) };
    default:
      throw new UnreadableEvent(
        `content-type: got ${contentType}, allowed application/cloudevents+json, application/cloudevents-batch+json`,
      );
  }
}

/**
 * @param {readonly string[]} rawHeaders
 * @returns {Map<string, string>} values of headers `ce-…`, decoded, by what comes after that
 */
function attributesOf(rawHeaders) {
  const attributes = new Map();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase();
    if (name?.startsWith('ce-')) addAttribute(attributes, name.slice(3), rawHeaders[index + 1] ?? '');
  }
  return attributes;
}

/**
 * @param {Map<string, string>} attributes
 * @param {string} name
 * @param {string} value
 */
function addAttribute(attributes, name, value) {
  if (attributes.has(name)) throw new UnreadableEvent(`header ce-${name}: got several, allowed one`);
  attributes.set(name, decodeHeader(value));
}

/**
 * Binary mode, or a request that is no event: then its body is the data of one.
 * @param {Map<string, string>} attributes
 * @param {{ contentType: string | undefined, body: Buffer, now: Date }} request
 * @returns {ReceivedEvent}
 */
function fromHeaders(attributes, { contentType, body, now }) {
  const isBinary = [...attributes.keys()].some((name) => binaryHeaders.has(name));
  const direct = {
    specversion: '1.0',
    id: randomUUID(),
    source: 'direct',
    type: 'io.knative.lambda.invoke.direct',
    time: now.toISOString(),
  };
  const values = { ...(isBinary ? {} : direct), ...Object.fromEntries(attributes), datacontenttype: contentType };
  return { attributes: parseAttributes(values), data: dataOf(body, formOf(contentType)) };
}

/**
 * @param {Buffer} body
 * @returns {unknown}
 */
function parseBody(body) {
  const data = dataOf(body, 'json');
  return parseJson(data.kind === 'json' ? data.text : '', 'body');
}

/**
 * @param {unknown} value
 * @returns {readonly ReceivedEvent[]}
 */
function fromBatch(value) {
  if (!Array.isArray(value)) throw new UnreadableEvent('body: got no array, allowed a JSON array of events');
  return value.map(fromJson);
}

/**
 * @param {unknown} value
 * @returns {value is Readonly<Record<string, unknown>>}
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param {unknown} value
 * @returns {ReceivedEvent}
 */
function fromJson(value) {
  if (!isObject(value)) throw new UnreadableEvent('event: got no object, allowed a JSON object');
  /** @type {Record<string, string | undefined>} */
  const values = {};
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'data' && name !== 'data_base64') values[name] = attributeText(name, member);
  }
  const attributes = parseAttributes(values);
  return { attributes, data: dataOfJson(value, attributes.datacontenttype) };
}

const texts = new Set(['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema']);

/**
 * @param {string} name
 * @param {unknown} member
 * @returns {string | undefined}
 */
function attributeText(name, member) {
  if (member === null || member === undefined) return undefined;
  if (typeof member === 'string') return member;
  const isExtension = !texts.has(name);
  if (isExtension && (typeof member === 'boolean' || Number.isSafeInteger(member))) return JSON.stringify(member);
  const allowed = isExtension ? 'a text, a boolean or a whole number' : 'a text';
  throw new UnreadableEvent(`attribute ${name}: got ${JSON.stringify(member)}, allowed ${allowed}`);
}

/**
 * @param {Readonly<Record<string, unknown>>} event
 * @param {string | undefined} contentType
 * @returns {import('./media-type.js').Data}
 */
function dataOfJson(event, contentType) {
  const { data_base64: encoded } = event;
  if (encoded === undefined || encoded === null) {
    return { kind: 'value', value: event['data'] === undefined ? {} : event['data'] };
  }
  if ('data' in event) throw new UnreadableEvent('data_base64: got data too, allowed one of them');
  if (typeof encoded !== 'string' || !base64.test(encoded)) {
    throw new UnreadableEvent('data_base64: got no base64, allowed standard base64 with padding');
  }
  const bytes = Buffer.from(encoded, 'base64');
  const data = dataOf(bytes, contentType === undefined ? 'bytes' : formOf(contentType));
  return data.kind === 'json' ? { kind: 'value', value: parseJson(data.text, 'data_base64') } : data;
}
