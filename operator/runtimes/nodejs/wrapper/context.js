/**
 * @typedef {object} Invocation What the worker is told of an event, beside its data.
 * @property {import('./attributes.js').Attributes} attributes
 * @property {string} correlationId
 * @property {string} invocationId
 * @property {number} hopCount
 * @property {number} deadlineMs Since the epoch.
 * @property {string} traceparent
 * @property {string | undefined} tracestate
 * @property {import('./log.js').Fields} logFields Ids that every line carries.
 */

/** What a handler may know of its invocation beside the data. */
export class Context {
  #deadlineMs;
  /** @type {AbortController | undefined} */
  #controller;
  #isOver = false;
  #newLogger;
  /** @type {import('./log.js').Logger | undefined} */
  #logger;

  /**
   * @param {Invocation} invocation
   * @param {{ functionName: string, functionNamespace: string }} identity
   * @param {import('./log.js').Log} log
   */
  constructor({ attributes, logFields, deadlineMs, ...invocation }, { functionName, functionNamespace }, log) {
    this.id = attributes.id;
    this.source = attributes.source;
    this.type = attributes.type;
    this.specversion = '1.0';
    this.subject = attributes.subject;
    this.time = attributes.time;
    this.datacontenttype = attributes.datacontenttype;
    this.dataschema = attributes.dataschema;
    this.extensions = attributes.extensions;
    this.correlationId = invocation.correlationId;
    this.invocationId = invocation.invocationId;
    this.functionName = functionName;
    this.functionNamespace = functionNamespace;
    this.traceparent = invocation.traceparent;
    this.tracestate = invocation.tracestate;
    this.hopCount = invocation.hopCount;
    this.#deadlineMs = deadlineMs;
    this.#newLogger = () => log.loggerWith(logFields);
  }

  /** When the invocation times out. */
  get deadline() {
    return new Date(this.#deadlineMs);
  }

  /** Aborted at the deadline. Made when it is asked for: most handlers never do. */
  get signal() {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Writes lines with the ids of the invocation. */
  get logger() {
    this.#logger ??= this.#newLogger();
    return this.#logger;
  }

  /** @returns {number} milliseconds until the deadline, never below 0 */
  remainingMs() {
    return Math.max(0, this.#deadlineMs - Date.now());
  }

  /** The wrapper's own: tells the handler that nobody waits any more. */
  end() {
    this.#isOver = true;
    this.#controller?.abort();
  }
}
