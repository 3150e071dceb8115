/**
 * @typedef {object} SpanSettings
 * @property {string | undefined} endpoint URL that spans are posted to; undefined: nowhere
 * @property {ReadonlyMap<string, string>} headers
 * @property {ReadonlyMap<string, string>} resource
 * @property {number} share Of new traces that are sampled, 0 to 1.
 */

/**
 * @typedef {object} Span
 * @property {import('./trace.js').Trace} trace
 * @property {number} startMs Since the epoch, with fractions.
 * @property {number} durationMs
 * @property {Readonly<Record<string, string | boolean>>} attributes
 * @property {string | undefined} failure Message of the error; undefined where there was none.
 */

const server = 2;
const failed = 2;
const mostWaiting = 2048;
const mostInBatch = 512;
const everyMs = 5000;
const sendTimeoutMs = 2000;
const warnEveryMs = 60_000;

/** @param {Readonly<Record<string, string | boolean>>} attributes */
const toAttributes = (attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'boolean' ? { boolValue: value } : { stringValue: value },
  }));

/** @param {number} ms the whole is beyond what a number holds exactly */
const toNanoseconds = (ms) => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** @param {Span} span */
const toOtlp = ({ trace, startMs, durationMs, attributes, failure }) => ({
  traceId: trace.traceId,
  spanId: trace.spanId,
  ...(trace.parentId === undefined ? {} : { parentSpanId: trace.parentId }),
  ...(trace.tracestate === undefined ? {} : { traceState: trace.tracestate }),
  name: 'handler_execution',
  kind: server,
  startTimeUnixNano: toNanoseconds(startMs),
  endTimeUnixNano: toNanoseconds(startMs + durationMs),
  attributes: toAttributes(attributes),
  status: failure === undefined ? {} : { code: failed, message: failure },
});

/** Sends sampled spans in batches over OTLP, HTTP with JSON; loses them rather than slow an invocation. */
export class SpanExporter {
  #settings;
  #log;
  /** @type {Span[]} */
  #waiting = [];
  /** @type {Promise<void>} */
  #sending = Promise.resolve();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #warnedAt = -warnEveryMs;

  /**
   * @param {SpanSettings} settings
   * @param {import('./log.js').Log} log
   */
  constructor(settings, log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** @param {import('./trace.js').Trace} trace whether its span is wanted */
  takes(trace) {
    return this.#settings.endpoint !== undefined && trace.isSampled && this.#waiting.length < mostWaiting;
  }

  /** @param {Span} span one that is wanted */
  add(span) {
    this.#waiting.push(span);
    if (this.#waiting.length >= mostInBatch) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), everyMs).unref();
  }

  /** Sends what waits. @returns {Promise<void>} settles when it is sent or lost, after at most 2 s for each batch */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting.splice(0, mostInBatch);
    if (batch.length > 0) {
      this.#sending = this.#sending.then(() => this.#send(batch)).catch((error) => this.#warn(error));
    }
    return this.#waiting.length > 0 ? this.flush() : this.#sending;
  }

  /** @param {unknown} error */
  #warn(error) {
    const now = performance.now();
    if (now - this.#warnedAt < warnEveryMs) return;
    this.#warnedAt = now;
    this.#log.line('warn', 'spans lost', { error_message: error instanceof Error ? error.message : String(error) });
  }

  /**
   * @param {readonly Span[]} spans
   * @returns {Promise<void>}
   */
  async #send(spans) {
    const { endpoint = '', headers, resource } = this.#settings;
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: toAttributes(Object.fromEntries(resource)) },
          scopeSpans: [{ scope: { name: 'knative-lambda' }, spans: spans.map(toOtlp) }],
        },
      ],
    });
    const url = new URL(endpoint);
    // TLS takes 10 ms to load, and most functions never need it
    const { request: send } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method: 'POST',
        headers: {
          ...Object.fromEntries(headers),
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
        timeout: sendTimeoutMs,
      });
      request.once('timeout', () => request.destroy(new Error(`no answer from ${url.host} after ${sendTimeoutMs} ms`)));
      request.once('error', reject);
      request.once('response', (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        if (statusCode < 300) resolve();
        else reject(new Error(`${url.host} answered ${statusCode}`));
      });
      request.end(body);
    });
  }
}
