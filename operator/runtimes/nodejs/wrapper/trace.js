import { randomBytes } from 'node:crypto';
import { allHeaders } from './headers.js';

/**
 * @typedef {object} Trace The span of one invocation, as W3C writes it.
 * @property {string} traceId
 * @property {string} spanId
 * @property {string | undefined} parentId
 * @property {boolean} isSampled
 * @property {string} traceparent
 * @property {string | undefined} tracestate
 */

const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const longestState = 512;

/** Random bytes are made many at a time: a call costs as much for 16 as for 4096. */
const pool = { bytes: Buffer.alloc(0), offset: 0 };

/** @param {number} length */
function randomHex(length) {
  if (pool.offset + length > pool.bytes.length) {
    pool.bytes = randomBytes(4096);
    pool.offset = 0;
  }
  pool.offset += length;
  return pool.bytes.toString('hex', pool.offset - length, pool.offset);
}

/**
 * @param {readonly string[]} rawHeaders
 * @param {string} wanted in lower case
 * @returns {string | undefined} undefined where it does not come once
 */
function singleHeader(rawHeaders, wanted) {
  const values = allHeaders(rawHeaders, wanted);
  return values.length === 1 ? values[0] : undefined;
}

/**
 * Goes on with the trace of the caller, or begins one.
 * @param {readonly string[]} rawHeaders
 * @param {Readonly<Record<string, string>>} extensions of the event; the header wins
 * @param {number} share of new traces that are sampled, 0 to 1
 * @returns {Trace}
 */
export function traceOf(rawHeaders, extensions, share) {
  const spanId = randomHex(8);
  const header = singleHeader(rawHeaders, 'traceparent');
  const [, traceId, parentId, flags = ''] = pattern.exec(header ?? extensions['traceparent'] ?? '') ?? [];
  if (traceId === undefined) return newTrace(spanId, share);
  const state = header === undefined ? extensions['tracestate'] : singleHeader(rawHeaders, 'tracestate');
  const isSampled = (Number.parseInt(flags, 16) & 1) === 1;
  return {
    traceId,
    spanId,
    parentId,
    isSampled,
    traceparent: toTraceparent(traceId, spanId, isSampled),
    tracestate: state !== undefined && state !== '' && state.length <= longestState ? state : undefined,
  };
}

/**
 * @param {string} spanId
 * @param {number} share
 * @returns {Trace}
 */
function newTrace(spanId, share) {
  const traceId = randomHex(16);
  // by the trace id, so that every part that samples so agrees
  const isSampled = Number.parseInt(traceId.slice(-13), 16) < share * 2 ** 52;
  return {
    traceId,
    spanId,
    parentId: undefined,
    isSampled,
    traceparent: toTraceparent(traceId, spanId, isSampled),
    tracestate: undefined,
  };
}

/**
 * @param {string} traceId
 * @param {string} spanId
 * @param {boolean} isSampled
 */
const toTraceparent = (traceId, spanId, isSampled) => `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
