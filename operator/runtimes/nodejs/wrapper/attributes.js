/** An event that cannot be read; the message says what, got and allowed. */
export class UnreadableEvent extends Error {
  name = 'UnreadableEvent';
}

const timePattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const namePattern = /^[a-z0-9]+$/;
const required = /** @type {const} */ (['specversion', 'id', 'source', 'type']);
const optional = /** @type {const} */ (['subject', 'time', 'datacontenttype', 'dataschema']);
const own = new Set([...required, ...optional, 'data', 'data_base64']);

/**
 * @typedef {object} Attributes Those of one event, checked; optional ones that are absent are undefined.
 * @property {string} id
 * @property {string} source
 * @property {string} type
 * @property {string | undefined} subject
 * @property {string | undefined} time
 * @property {string | undefined} datacontenttype
 * @property {string | undefined} dataschema
 * @property {Readonly<Record<string, string>>} extensions
 */

/** @param {string} name whether an extension, or an attribute, may have this name */
export const isAttributeName = (name) => namePattern.test(name);

/** @param {string} time whether it looks like RFC 3339 */
export const isTime = (time) => timePattern.test(time);

/**
 * @param {Readonly<Record<string, string | undefined>>} values by name in lower case; an empty one counts as absent
 * @returns {Attributes}
 * @throws {UnreadableEvent}
 */
export function parseAttributes(values) {
  for (const name of required) {
    if (!values[name]) throw new UnreadableEvent(`attribute ${name}: got none, allowed a text that is not empty`);
  }
  const { specversion, id = '', source = '', type = '' } = values;
  if (specversion !== '1.0') throw new UnreadableEvent(`attribute specversion: got ${specversion}, allowed 1.0`);
  const [subject, time, datacontenttype, dataschema] = optional.map((name) => values[name] || undefined);
  if (time !== undefined && !isTime(time)) {
    throw new UnreadableEvent(`attribute time: got ${time}, allowed RFC 3339 as in 2026-01-02T03:04:05Z`);
  }
  return { id, source, type, subject, time, datacontenttype, dataschema, extensions: extensionsOf(values) };
}

/**
 * @param {Readonly<Record<string, string | undefined>>} values
 * @returns {Record<string, string>}
 */
function extensionsOf(values) {
  /** @type {Record<string, string>} */
  const extensions = {};
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value && !own.has(name) && isAttributeName(name)) extensions[name] = value;
  }
  return extensions;
}

/**
 * Text of a header value as the HTTP binding of CloudEvents 1.0.2, section 3.1.3.2, writes it.
 * @param {string} value
 */
export const encodeHeader = (value) =>
  value.replace(/[^!#$&-~]+/g, (text) => (isWellFormed(text) ? percentEncode(text) : percentEncode('\uFFFD')));

/** @param {string} text */
const percentEncode = (text) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** @param {string} text half a surrogate pair has no UTF-8 */
const isWellFormed = (text) => !/\p{Surrogate}/u.test(text);

/**
 * The reverse; what is no such text stays as it is.
 * @param {string} value
 */
export function decodeHeader(value) {
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  const text = isQuoted ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
