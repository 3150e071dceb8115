import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableEvent } from './attributes.js';
import { Context } from './context.js';
import { toFailure } from './failure.js';
import { loadHandler } from './handler.js';
import { directStdout, Log, writeWhole } from './log.js';
import { parseJson } from './media-type.js';
import { toResult } from './result.js';

/**
 * @typedef {object} WorkerSettings
 * @property {string} source
 * @property {string} handler
 * @property {import('./log.js').LogSettings} log
 */

/**
 * @typedef {{ readonly kind: 'invoke', readonly key: number, readonly data: import('./media-type.js').Data,
 *     readonly invocation: import('./context.js').Invocation }
 *   | { readonly kind: 'cancel', readonly key: number }
 *   | { readonly kind: 'end' }} ToWorker
 */

/**
 * @typedef {{ readonly kind: 'result', readonly result: import('./result.js').Result }
 *   | { readonly kind: 'failure', readonly failure: import('./failure.js').Failure }
 *   | { readonly kind: 'unreadable', readonly message: string }} Outcome
 */

/**
 * @typedef {{ readonly kind: 'loaded' }
 *   | { readonly kind: 'failed', readonly failure: import('./failure.js').Failure }
 *   | { readonly kind: 'alive', readonly key: number }
 *   | { readonly kind: 'done', readonly key: number, readonly durationMs: number, readonly outcome: Outcome }} FromWorker
 */

if (parentPort === null) throw new Error('worker.js: runs as a worker thread only');
const port = parentPort;

/** @type {WorkerSettings} */
const settings = workerData;
const log = new Log(settings.log, directStdout);

/** @param {FromWorker} message */
const tell = (message) => port.postMessage(message);

/** @type {Map<number, Context>} */
const running = new Map();

/**
 * @param {import('./handler.js').Handler} handler
 * @param {Extract<ToWorker, { kind: 'invoke' }>} message
 */
async function invoke(handler, { key, data, invocation }) {
  const context = new Context(invocation, settings.log, log);
  running.set(key, context);
  const startedAt = performance.now();
  /** @type {Outcome} */
  let outcome;
  try {
    const value = handler(toValue(data), context);
    outcome = { kind: 'result', result: toResult(isThenable(value) ? await value : value) };
  } catch (error) {
    outcome =
      error instanceof UnreadableEvent
        ? { kind: 'unreadable', message: error.message }
        : { kind: 'failure', failure: toFailure(error) };
  }
  running.delete(key);
  tell({ kind: 'done', key, durationMs: performance.now() - startedAt, outcome });
}

/**
 * @param {unknown} value
 * @returns {value is PromiseLike<unknown>}
 */
const isThenable = (value) =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** @param {import('./media-type.js').Data} data */
function toValue(data) {
  switch (data.kind) {
    case 'json':
      return parseJson(data.text, 'data');
    case 'value':
      return data.value;
    case 'bytes':
      return Buffer.from(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  }
}

/**
 * What is printed in a worker goes through the main thread, which keeps all that is not written yet; this way the
 * handler waits for the reader instead.
 * @param {NodeJS.WriteStream} stream
 * @param {number} descriptor
 */
function writeThrough(stream, descriptor) {
  /**
   * @param {string | Uint8Array} chunk
   * @param {...unknown} options encoding and callback, both optional
   */
  const write = (chunk, ...options) => {
    const encoding = options.find((option) => typeof option === 'string') ?? 'utf8';
    const done = options.find((option) => typeof option === 'function');
    writeWhole(descriptor, typeof chunk === 'string' ? encode(chunk, encoding) : chunk);
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write;
}

/**
 * @param {string} text
 * @param {string} encoding
 */
const encode = (text, encoding) => Buffer.from(text, Buffer.isEncoding(encoding) ? encoding : 'utf8');

writeThrough(process.stdout, 1);
writeThrough(process.stderr, 2);

try {
  const handler = await loadHandler(settings.source, settings.handler);
  port.on('message', (/** @type {ToWorker} */ message) => {
    switch (message.kind) {
      case 'invoke':
        void invoke(handler, message);
        break;
      case 'cancel':
        running.get(message.key)?.end();
        tell({ kind: 'alive', key: message.key });
        break;
      case 'end':
        // so that the author's own exit listeners run
        process.exit(0);
    }
  });
  tell({ kind: 'loaded' });
} catch (error) {
  tell({ kind: 'failed', failure: toFailure(error) });
}
