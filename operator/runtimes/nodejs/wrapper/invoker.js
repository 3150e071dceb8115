import { identify, parseHopCount } from './identity.js';
import { MemoryGauge } from './memory.js';
import { ReplyBuilder } from './reply.js';
import { traceOf } from './trace.js';

/**
 * @typedef {object} RequestContext What all events of a request share.
 * @property {readonly string[]} rawHeaders
 * @property {string | undefined} correlationHeader
 * @property {number} deadlineMs Since the epoch.
 * @property {import('./slots.js').Slot} slot
 */

/**
 * @typedef {object} Invoked One event on its way.
 * @property {import('./reply.js').Cause & { trace: import('./trace.js').Trace }} cause
 * @property {import('./attributes.js').Attributes} attributes
 * @property {import('./log.js').Fields} logFields
 * @property {number} startMs Since the epoch.
 * @property {boolean} isColdStart
 */

/** @typedef {import('./failure.js').Failure} Failure */

const unreadable = 'UnreadableEvent';

/**
 * @param {string} code
 * @param {string} message
 * @returns {Failure}
 */
export const refusal = (code, message) => ({ code, message, retryable: false, type: 'request', stack: undefined });

/** Takes one event through the handler to its reply, and tells log, metrics and trace. */
export class Invoker {
  #settings;
  #thread;
  #metrics;
  #log;
  #spans;
  #replies;
  #memory = new MemoryGauge();
  #wasInvoked = false;
  /** How long the first call took, until its answer has been reported. @type {number | undefined} */
  #firstCallMs;

  /**
   * @param {import('./settings.js').Settings} settings
   * @param {object} parts
   * @param {import('./handler-thread.js').HandlerThread} parts.thread
   * @param {import('./metrics.js').Metrics} parts.metrics
   * @param {import('./log.js').Log} parts.log
   * @param {import('./spans.js').SpanExporter} parts.spans
   */
  constructor(settings, { thread, metrics, log, spans }) {
    this.#settings = settings;
    this.#thread = thread;
    this.#metrics = metrics;
    this.#log = log;
    this.#spans = spans;
    this.#replies = new ReplyBuilder(settings);
  }

  get replies() {
    return this.#replies;
  }

  /**
   * @param {import('./event.js').ReceivedEvent} event
   * @param {RequestContext} request
   * @returns {Promise<import('./reply.js').Reply>}
   */
  run(event, request) {
    const invoked = this.#begin(event, request);
    const { maxHops } = this.#settings;
    const { hopCount } = invoked.cause;
    if (hopCount >= maxHops) {
      const failure = refusal('HopLimitExceeded', `hopcount: got ${hopCount}, allowed below ${maxHops}`);
      return Promise.resolve(this.refuse(invoked.cause, failure, invoked.logFields));
    }
    const leftMs = request.deadlineMs - Date.now();
    if (leftMs <= 0) return Promise.resolve(this.#timeOut(invoked, 0));
    return this.#invoke(event, { request, invoked, leftMs });
  }

  /**
   * An event that is refused for good, without a handler.
   * @param {import('./reply.js').Cause} cause
   * @param {Failure} failure
   * @param {import('./log.js').Fields} [logFields]
   */
  refuse(cause, failure, logFields = { correlation_id: cause.correlationId, invocation_id: cause.invocationId }) {
    this.#metrics.countFailure('error', failure.type);
    this.#log.line('warn', 'event refused', logFields, {
      http_status: 500,
      error_code: failure.code,
      error_message: failure.message,
    });
    return this.#replies.failure(cause, failure, this.#measure(0, false));
  }

  /**
   * To be called when an answer has been handed to the system.
   * @param {{ loadMs: number, receivedMs: number }} times since the start of the process: handler loaded, request received
   */
  reportFirstByte({ loadMs, receivedMs }) {
    if (this.#firstCallMs === undefined) return;
    // a process may wait for hours until somebody calls it
    const firstByteMs = loadMs + performance.now() - receivedMs;
    this.#metrics.observeColdStart(firstByteMs / 1000);
    this.#log.line('info', 'cold start', {
      load_ms: round(loadMs),
      first_call_ms: round(this.#firstCallMs),
      first_byte_ms: round(firstByteMs),
    });
    this.#firstCallMs = undefined;
  }

  /**
   * @param {import('./event.js').ReceivedEvent} event
   * @param {RequestContext} request
   * @returns {Invoked}
   */
  #begin({ attributes }, { rawHeaders, correlationHeader }) {
    const ids = identify(correlationHeader, attributes);
    const trace = traceOf(rawHeaders, attributes.extensions, this.#settings.spans.share);
    return {
      attributes,
      startMs: Date.now(),
      isColdStart: false,
      cause: { ...ids, eventId: attributes.id, hopCount: parseHopCount(attributes.extensions['hopcount']), trace },
      logFields: {
        correlation_id: ids.correlationId,
        invocation_id: ids.invocationId,
        event_id: attributes.id,
        event_type: attributes.type,
        event_source: attributes.source,
        trace_id: trace.traceId,
        span_id: trace.spanId,
      },
    };
  }

  /**
   * @param {import('./event.js').ReceivedEvent} event
   * @param {{ request: RequestContext, invoked: Invoked, leftMs: number }} options
   * @returns {Promise<import('./reply.js').Reply>}
   */
  #invoke({ data }, { request: { slot, deadlineMs }, invoked, leftMs }) {
    invoked.isColdStart = !this.#wasInvoked;
    this.#wasInvoked = true;
    const { cause, logFields, attributes, isColdStart } = invoked;
    this.#log.line('debug', 'invocation started', logFields, { cold_start: isColdStart });
    const { correlationId, invocationId, hopCount, trace } = cause;
    const { traceparent, tracestate } = trace;
    const invocation = {
      attributes,
      correlationId,
      invocationId,
      hopCount,
      deadlineMs,
      traceparent,
      tracestate,
      logFields,
    };
    slot.handlerStarted();
    return new Promise((resolve) => {
      let isLate = false;
      const key = this.#thread.invoke({ data, invocation }, (outcome, durationMs) => {
        clearTimeout(timer);
        slot.handlerEnded();
        if (isLate) this.#log.line('warn', 'late result dropped', logFields, { duration_ms: round(durationMs) });
        else resolve(this.#finish(invoked, outcome, durationMs));
      });
      const timer = setTimeout(() => {
        isLate = true;
        resolve(this.#timeOut(invoked, leftMs));
        this.#thread.cancel(key);
      }, leftMs);
    });
  }

  /**
   * @param {Invoked} invoked
   * @param {import('./worker.js').Outcome} outcome
   * @param {number} durationMs
   */
  #finish(invoked, outcome, durationMs) {
    switch (outcome.kind) {
      case 'unreadable':
        return this.refuse(invoked.cause, refusal(unreadable, outcome.message), invoked.logFields);
      case 'failure':
        return this.#fail(invoked, outcome.failure, durationMs);
      case 'result':
        return this.#succeed(invoked, outcome.result, durationMs);
    }
  }

  /**
   * @param {Invoked} invoked
   * @param {import('./result.js').Result} result
   * @param {number} durationMs
   */
  #succeed(invoked, result, durationMs) {
    this.#metrics.countSuccess();
    this.#observe(invoked, durationMs, undefined);
    this.#log.line('info', 'invocation completed', invoked.logFields, {
      status: 'success',
      duration_ms: round(durationMs),
      cold_start: invoked.isColdStart,
    });
    return this.#replies.success(invoked.cause, result, this.#measure(durationMs, invoked.isColdStart));
  }

  /**
   * @param {Invoked} invoked
   * @param {Failure} failure
   * @param {number} durationMs
   */
  #fail(invoked, failure, durationMs) {
    this.#metrics.countFailure('error', failure.type);
    this.#observe(invoked, durationMs, failure.message);
    this.#logFailure('error', { invoked, failure, durationMs });
    return this.#replies.failure(invoked.cause, failure, this.#measure(durationMs, invoked.isColdStart));
  }

  /**
   * @param {Invoked} invoked
   * @param {number} durationMs 0 where the handler did not run
   */
  #timeOut(invoked, durationMs) {
    const seconds = this.#settings.timeoutMs / 1000;
    /** @type {Failure} */
    const failure = {
      code: 'TimeoutError',
      message: `handler: did not end within ${seconds} s`,
      retryable: true,
      type: 'timeout',
      stack: undefined,
    };
    this.#metrics.countFailure('timeout', failure.type);
    if (durationMs > 0) this.#observe(invoked, durationMs, failure.message);
    this.#logFailure('timeout', { invoked, failure, durationMs });
    return this.#replies.timeout(invoked.cause, failure, this.#measure(durationMs, invoked.isColdStart));
  }

  /**
   * @param {'error' | 'timeout'} status
   * @param {{ invoked: Invoked, failure: Failure, durationMs: number }} what
   */
  #logFailure(status, { invoked, failure, durationMs }) {
    this.#log.line('error', 'invocation failed', invoked.logFields, {
      status,
      duration_ms: round(durationMs),
      cold_start: invoked.isColdStart,
      error_code: failure.code,
      error_type: failure.type,
      error_message: failure.message,
      retryable: failure.retryable,
      stack: failure.stack,
    });
  }

  /**
   * @param {Invoked} invoked
   * @param {number} durationMs
   * @param {string | undefined} failure
   */
  #observe({ cause, attributes, startMs, isColdStart }, durationMs, failure) {
    this.#metrics.observeDuration(durationMs / 1000);
    if (isColdStart) {
      this.#metrics.countColdStart();
      this.#firstCallMs = durationMs;
    }
    if (!this.#spans.takes(cause.trace)) return;
    this.#spans.add({
      trace: cause.trace,
      startMs,
      durationMs,
      failure,
      attributes: {
        'faas.trigger': 'pubsub',
        'faas.coldstart': isColdStart,
        'faas.invocation_id': cause.invocationId,
        'cloudevents.event_id': attributes.id,
        'cloudevents.event_source': attributes.source,
        'cloudevents.event_type': attributes.type,
        correlation_id: cause.correlationId,
      },
    });
  }

  /**
   * @param {number} durationMs
   * @param {boolean} isColdStart
   * @returns {import('./reply.js').Measures}
   */
  #measure(durationMs, isColdStart) {
    return { durationMs, isColdStart, memoryUsedMb: this.#memory.read() };
  }
}

/** @param {number} ms to microseconds */
const round = (ms) => Math.round(ms * 1000) / 1000;
