import { createServer } from 'node:http';
import { toAnswer, toBatchAnswer, writeAnswer, writeThenClose } from './answer.js';
import { encodeHeader, UnreadableEvent } from './attributes.js';
import { readBody } from './body.js';
import { parseRequest } from './event.js';
import { firstHeader } from './headers.js';
import { identify } from './identity.js';
import { refusal } from './invoker.js';
import { Slots } from './slots.js';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {import('./answer.js').Answer} Answer */

/** Longer than the 90 s after which Knative's proxy gives up an idle connection, so that it is the first to do so. */
const keepAliveMs = 120_000;
const headersMs = 15_000;
const json = 'application/json';
const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * @typedef {object} ServerParts
 * @property {import('./settings.js').Settings} settings
 * @property {import('./invoker.js').Invoker} invoker
 * @property {import('./metrics.js').Metrics} metrics
 * @property {import('./log.js').Log} log
 * @property {number} loadMs
 */

/** The routes of a function. */
export class FunctionServer {
  #parts;
  #slots;
  #routes;
  #isDraining = false;
  /** @type {(() => void) | undefined} */
  #onIdle;
  #active = 0;
  #server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: 0 },
    (...exchange) => this.#route(...exchange),
  );
  #metricsServer = createServer((request, response) => {
    if (pathOf(request) === '/metrics') this.#serveMetrics(request, response);
    else this.#refuseRoute(request, response, { status: 404, code: 'NotFound' });
  });

  /** @param {ServerParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.settings.maxConcurrency);
    this.#routes = this.#buildRoutes();
  }

  /** @returns {Promise<void>} rejected when a port is taken */
  async listen() {
    const { port, metricsPort } = this.#parts.settings;
    await listen(this.#server, port);
    if (metricsPort !== port) await listen(this.#metricsServer, metricsPort);
  }

  /** How many requests are being handled. */
  get inFlight() {
    return this.#slots.inUse;
  }

  /**
   * Takes no more requests.
   * @returns {Promise<void>} settled when those in flight are answered
   */
  async drain() {
    this.#isDraining = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    this.#metricsServer.close();
    await new Promise((resolve) => {
      this.#onIdle = () => resolve(undefined);
      this.#checkIdle();
    });
  }

  #checkIdle() {
    if (this.#active === 0) this.#onIdle?.();
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  #route(request, response) {
    const path = pathOf(request);
    const serve = this.#routes.get(path);
    if (path === '/') this.#serveRoot(request, response);
    else if (serve === undefined) this.#refuseRoute(request, response, { status: 404, code: 'NotFound' });
    else serve(request, response);
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  #serveRoot(request, response) {
    if (request.method === 'POST') void this.#receive(request, response);
    else this.#refuseRoute(request, response, { status: 405, code: 'MethodNotAllowed', allow: 'POST' });
  }

  /** @returns {ReadonlyMap<string, (request: Request, response: Response) => void>} what is read, by path */
  #buildRoutes() {
    /** @type {(request: Request, response: Response) => void} */
    const health = (...exchange) =>
      this.#serveHealth(...exchange, this.#slots.areStuck() ? [503, 'stuck'] : [200, 'healthy']);
    /** @type {(request: Request, response: Response) => void} */
    const ready = (...exchange) =>
      this.#serveHealth(...exchange, this.#isDraining ? [503, 'draining'] : [200, 'ready']);
    const routes = new Map([
      ['/health', health],
      ['/healthz', health],
      ['/ready', ready],
      ['/readyz', ready],
    ]);
    const { port, metricsPort } = this.#parts.settings;
    if (metricsPort === port) routes.set('/metrics', (...exchange) => this.#serveMetrics(...exchange));
    return routes;
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {readonly [number, string]} state
   */
  #serveHealth(request, response, [status, word]) {
    const { functionName, functionNamespace } = this.#parts.settings;
    const totals = this.#parts.metrics.totals();
    const body = JSON.stringify({ status: word, function: functionName, namespace: functionNamespace, ...totals });
    this.#serveText(request, response, { status, headers: ['content-type', json], body });
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  #serveMetrics(request, response) {
    const body = this.#parts.metrics.render();
    this.#serveText(request, response, { status: 200, headers: ['content-type', metricsType], body });
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {Answer} answer
   */
  #serveText(request, response, answer) {
    if (request.method === 'GET' || request.method === 'HEAD') writeAnswer(response, answer, this.#isDraining);
    else this.#refuseRoute(request, response, { status: 405, code: 'MethodNotAllowed', allow: 'GET, HEAD' });
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {{ status: number, code: string, allow?: string }} fault
   */
  #refuseRoute(request, response, { status, code, allow }) {
    request.resume();
    const message = `${request.method} ${pathOf(request)}: allowed ${allow ?? 'POST /, GET /healthz, /readyz, /metrics'}`;
    const ids = identify(correlationHeaderOf(request));
    const body = this.#parts.invoker.replies.refusal(ids, { code, message, retryable: false });
    const headers = ['content-type', json, ...(allow === undefined ? [] : ['allow', allow])];
    writeAnswer(response, { status, headers, body }, this.#isDraining);
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  async #receive(request, response) {
    if (this.#isDraining) {
      this.#refuse(request, response, { status: 503, code: 'Draining', message: 'function: is shutting down' });
      return;
    }
    const slot = this.#slots.take();
    if (slot === undefined) {
      const { maxConcurrency } = this.#parts.settings;
      const message = `function: ${maxConcurrency} requests at a time are running, allowed ${maxConcurrency}`;
      this.#refuse(request, response, { status: 429, code: 'Overloaded', message });
      return;
    }
    this.#active += 1;
    response.once('close', () => {
      this.#active -= 1;
      this.#checkIdle();
    });
    try {
      await this.#handle(request, response, slot);
    } finally {
      slot.answered();
    }
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {import('./slots.js').Slot} slot
   */
  async #handle(request, response, slot) {
    const { settings, loadMs } = this.#parts;
    const receivedMs = performance.now();
    const body = await readBody(request, settings);
    switch (body.kind) {
      case 'aborted':
        return;
      case 'slow': {
        const message = `body: not whole after ${settings.bodyTimeoutMs / 1000} s`;
        this.#refuse(request, response, { status: 408, code: 'RequestTimeout', message });
        return;
      }
      case 'tooLarge': {
        const failure = refusal('BodyTooLarge', `body: got more than ${settings.maxBodyBytes} bytes, allowed as many`);
        writeThenClose(request, response, this.#refuseEvent(request, failure));
        return;
      }
      case 'whole':
        writeAnswer(response, await this.#answer(request, body.body, slot), this.#isDraining);
        this.#parts.invoker.reportFirstByte({ loadMs, receivedMs });
    }
  }

  /**
   * @param {Request} request
   * @param {Buffer} body
   * @param {import('./slots.js').Slot} slot
   * @returns {Promise<Answer>}
   */
  async #answer(request, body, slot) {
    const { invoker, settings } = this.#parts;
    /** @type {import('./event.js').Received} */
    let received;
    try {
      received = parseRequest(request.rawHeaders, body, new Date());
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      return this.#refuseEvent(request, refusal(error.name, error.message));
    }
    const correlationHeader = correlationHeaderOf(request);
    const deadlineMs = Date.now() + settings.timeoutMs;
    const context = { rawHeaders: request.rawHeaders, correlationHeader, deadlineMs, slot };
    if (received.kind === 'single') return toAnswer(await invoker.run(received.event, context));
    const replies = [];
    for (const event of received.events) replies.push(await invoker.run(event, context));
    return toBatchAnswer(replies, identify(correlationHeader).correlationId);
  }

  /**
   * @param {Request} request
   * @param {import('./failure.js').Failure} failure
   * @returns {Answer}
   */
  #refuseEvent(request, failure) {
    const ids = identify(correlationHeaderOf(request));
    return toAnswer(this.#parts.invoker.refuse({ ...ids, eventId: undefined, hopCount: 0, trace: undefined }, failure));
  }

  /**
   * Answers that come before an event is read, and that count as no outcome.
   * @param {Request} request
   * @param {Response} response
   * @param {{ status: number, code: string, message: string }} fault
   */
  #refuse(request, response, { status, code, message }) {
    const ids = identify(correlationHeaderOf(request));
    this.#parts.log.line('warn', 'event refused', {
      correlation_id: ids.correlationId,
      http_status: status,
      error_code: code,
      error_message: message,
    });
    const body = this.#parts.invoker.replies.refusal(ids, { code, message, retryable: true });
    const headers = ['x-correlation-id', encodeHeader(ids.correlationId), 'content-type', json];
    if (status !== 408) headers.push('retry-after', '1');
    if (status === 429) {
      request.resume();
      writeAnswer(response, { status, headers, body }, this.#isDraining);
    } else writeThenClose(request, response, { status, headers, body });
  }
}

/** @param {Request} request */
function pathOf({ url = '' }) {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/**
 * @param {Request} request
 * @returns {string | undefined} the first, where there are several
 */
const correlationHeaderOf = ({ rawHeaders }) => firstHeader(rawHeaders, 'x-correlation-id');

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<void>}
 */
const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
