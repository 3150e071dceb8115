import { encodeHeader } from './attributes.js';
import { toBinary, toJsonText } from './reply.js';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {{ readonly status: number, readonly headers: string[], readonly body: string | Uint8Array }} Answer */

const batchType = 'application/cloudevents-batch+json';
/** How long a body that was refused may still come, so that its sender reads the answer. */
const lingerMs = 2000;

/**
 * @param {import('./reply.js').Reply} reply
 * @returns {Answer}
 */
export function toAnswer(reply) {
  const { headers, body } = toBinary(reply);
  headers.push('x-correlation-id', encodeHeader(String(reply.attributes['correlationid'])));
  return { status: reply.status, headers, body };
}

/**
 * @param {readonly import('./reply.js').Reply[]} replies
 * @param {string} correlationId
 * @returns {Answer}
 */
export function toBatchAnswer(replies, correlationId) {
  const status = replies.find((reply) => reply.status !== 200)?.status ?? 200;
  const headers = ['content-type', batchType, 'x-correlation-id', encodeHeader(correlationId)];
  return { status, headers, body: `[${replies.map(toJsonText).join(',')}]` };
}

/**
 * @param {Response} response
 * @param {Answer} answer
 * @param {boolean} isLast whether the connection takes no further request
 */
export function writeAnswer(response, { status, headers, body }, isLast) {
  headers.push('content-length', String(Buffer.byteLength(body)));
  if (isLast) headers.push('connection', 'close');
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * Closing with bytes unread would reset the connection, and take the answer from a caller that still sends.
 * @param {Request} request
 * @param {Response} response
 * @param {Answer} answer
 */
export function writeThenClose(request, response, { status, headers, body }) {
  headers.push('content-length', String(Buffer.byteLength(body)), 'connection', 'close');
  response.writeHead(status, headers);
  response.write(body);
  request.resume();
  const close = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(close, status === 408 ? 0 : lingerMs);
  if (request.complete) close();
  else request.once('end', close).once('close', close);
}
