import { isUtf8 } from 'node:buffer';
import { UnreadableEvent } from './attributes.js';

/** @typedef {'json' | 'text' | 'bytes'} Form What data of a media type is to the handler. */

/** @param {string} contentType the media type in lower case, without parameters */
export function mediaTypeOf(contentType) {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/**
 * @param {string | undefined} contentType absent means JSON
 * @returns {Form}
 */
export function formOf(contentType) {
  if (contentType === undefined || contentType === 'application/json') return 'json';
  const type = mediaTypeOf(contentType);
  if (type === 'application/json' || type === 'text/json' || /^[^/]+\/[^/]+\+json$/.test(type)) return 'json';
  return type.startsWith('text/') && isUnicode(contentType) ? 'text' : 'bytes';
}

/** @param {string} contentType */
function isUnicode(contentType) {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType) ?? [];
  return ['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase());
}

/**
 * @typedef {{ readonly kind: 'json', readonly text: string }
 *   | { readonly kind: 'value', readonly value: unknown }
 *   | { readonly kind: 'bytes', readonly bytes: Uint8Array }} Data
 * Data on its way to the handler; JSON is parsed beside it, away from the server.
 */

/**
 * @param {Buffer} body
 * @param {Form} form
 * @returns {Data}
 * @throws {UnreadableEvent} when it is to be text and is not UTF-8
 */
export function dataOf(body, form) {
  if (form === 'bytes') return { kind: 'bytes', bytes: new Uint8Array(body) };
  if (!isUtf8(body)) throw new UnreadableEvent('data: got bytes that are not UTF-8, allowed UTF-8 for JSON and text');
  const text = body.toString('utf8');
  if (form === 'text') return { kind: 'value', value: text };
  return text === '' ? { kind: 'value', value: {} } : { kind: 'json', text };
}

/**
 * @param {string} text
 * @param {string} what
 * @returns {unknown}
 * @throws {UnreadableEvent}
 */
export function parseJson(text, what) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableEvent(`${what}: got no JSON, allowed JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}
