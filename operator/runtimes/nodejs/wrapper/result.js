import { isAttributeName, isTime } from './attributes.js';
import { formOf } from './media-type.js';

/**
 * @typedef {{ readonly kind: 'json', readonly text: string }
 *   | { readonly kind: 'base64', readonly text: string }
 *   | { readonly kind: 'event', readonly event: ReturnedEvent }} Result
 */

/**
 * @typedef {object} ReturnedEvent A CloudEvent that the handler returned, checked.
 * @property {Readonly<Record<string, string | number | boolean>>} attributes All but specversion and datacontenttype.
 * @property {string | undefined} contentType
 * @property {ReturnedData} data
 */

/**
 * @typedef {{ readonly kind: 'none' }
 *   | { readonly kind: 'json', readonly text: string }
 *   | { readonly kind: 'text', readonly text: string }
 *   | { readonly kind: 'bytes', readonly bytes: Uint8Array }} ReturnedData
 */

/** A result that JSON cannot say. */
class ResultNotSerializable extends Error {
  name = 'ResultNotSerializable';
  retryable = false;
}

/** A returned CloudEvent that is none. */
class InvalidReply extends Error {
  name = 'InvalidReply';
  retryable = false;
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const contextAttributes = new Set(['id', 'source', 'type', 'subject', 'time', 'dataschema']);

/**
 * @param {unknown} value what the handler returned
 * @returns {Result}
 * @throws {ResultNotSerializable | InvalidReply}
 */
export function toResult(value) {
  if (value === undefined || value === null) return { kind: 'json', text: 'null' };
  if (value instanceof Uint8Array) return { kind: 'base64', text: Buffer.from(value).toString('base64') };
  return isEvent(value) ? { kind: 'event', event: toEvent(value) } : { kind: 'json', text: toJson(value) };
}

/**
 * @param {unknown} value
 * @returns {value is Readonly<Record<string, unknown>>}
 */
const isEvent = (value) => isObject(value) && value['specversion'] === '1.0' && typeof value['type'] === 'string';

/**
 * @param {unknown} value
 * @returns {value is Readonly<Record<string, unknown>>}
 */
const isObject = (value) => typeof value === 'object' && value !== null;

/**
 * @param {unknown} value
 * @returns {string}
 */
function toJson(value) {
  try {
    refuseWhatJsonLoses(value);
    const text = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch (error) {
    if (error instanceof ResultNotSerializable) throw error;
    throw new ResultNotSerializable(`result: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
  throw new ResultNotSerializable(`result: got ${typeof value}, allowed what JSON can say`);
}

/**
 * JSON.stringify turns NaN into null, a Map into {} and leaves functions out, without a word.
 * @param {unknown} value
 */
function refuseWhatJsonLoses(value) {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) throw new ResultNotSerializable(`result: got ${value}, allowed finite numbers`);
      break;
    case 'function':
    case 'symbol':
    case 'bigint':
      throw new ResultNotSerializable(`result: got a ${typeof value}, allowed what JSON can say`);
    case 'object':
      if (value !== null) refuseInside(value);
      break;
    default:
  }
}

/** @param {object} value */
function refuseInside(value) {
  if (Array.isArray(value)) value.forEach(refuseWhatJsonLoses);
  else if ('toJSON' in value && typeof value.toJSON === 'function') return;
  else if (isStreamLike(value)) {
    const name = Object.prototype.toString.call(value).slice(8, -1);
    throw new ResultNotSerializable(`result: got a ${name}, allowed what JSON can say`);
  } else Object.values(value).forEach(refuseWhatJsonLoses);
}

/** @param {object} value */
const isStreamLike = (value) =>
  (Symbol.iterator in value && !ArrayBuffer.isView(value)) ||
  Symbol.asyncIterator in value ||
  value instanceof Promise ||
  value instanceof WeakMap ||
  value instanceof WeakSet;

/**
 * @param {Readonly<Record<string, unknown>>} value
 * @returns {ReturnedEvent}
 */
function toEvent(value) {
  const plain = typeof value['toJSON'] === 'function' ? value['toJSON']() : value;
  const { specversion: _version, datacontenttype, data, data_base64: encoded, ...members } = plain;
  const contentType = checkText('datacontenttype', datacontenttype ?? undefined);
  /** @type {Record<string, string | number | boolean>} */
  const attributes = {};
  for (const [name, member] of Object.entries(members)) {
    if (member !== undefined && member !== null) attributes[name] = checkAttribute(name, member);
  }
  return { attributes, contentType, data: toData({ data, encoded, contentType }) };
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {string | number | boolean}
 */
function checkAttribute(name, value) {
  if (!isAttributeName(name)) {
    throw new InvalidReply(`attribute ${name}: got this name, allowed lower-case letters and digits`);
  }
  if (contextAttributes.has(name)) {
    const text = checkText(name, value) ?? '';
    if (name === 'time' && !isTime(text)) throw new InvalidReply(`attribute time: got ${text}, allowed RFC 3339`);
    return text;
  }
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new InvalidReply(`attribute ${name}: got a ${typeof value}, allowed a text, a boolean or a whole number`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {string | undefined}
 */
function checkText(name, value) {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new InvalidReply(`attribute ${name}: got ${JSON.stringify(value)}, allowed a text that is not empty`);
}

/**
 * @param {{ data: unknown, encoded: unknown, contentType: string | undefined }} members
 * @returns {ReturnedData}
 */
function toData({ data, encoded, contentType }) {
  if (encoded !== undefined && encoded !== null) {
    if (data !== undefined) throw new InvalidReply('data_base64: got data too, allowed one of them');
    if (typeof encoded !== 'string' || !base64.test(encoded)) {
      throw new InvalidReply('data_base64: got no base64, allowed standard base64 with padding');
    }
    return { kind: 'bytes', bytes: new Uint8Array(Buffer.from(encoded, 'base64')) };
  }
  if (data === undefined) return { kind: 'none' };
  if (data instanceof Uint8Array) return { kind: 'bytes', bytes: new Uint8Array(data) };
  if (typeof data === 'string' && formOf(contentType) !== 'json') return { kind: 'text', text: data };
  return { kind: 'json', text: toJson(data) };
}
