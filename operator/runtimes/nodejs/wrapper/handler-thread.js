import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';

/**
 * @typedef {object} Job
 * @property {import('./media-type.js').Data} data
 * @property {import('./context.js').Invocation} invocation
 */

/** @typedef {(outcome: import('./worker.js').Outcome, durationMs: number) => void} Done */

/** @typedef {{ readonly done: Done, readonly startedAt: number }} Pending */

/** How long a worker may be silent after a deadline before it counts as blocked. */
const silenceMs = 1000;
const bytesPerMegabyte = 2 ** 20;

/** A handler that did not load. */
export class LoadError extends Error {
  name = 'LoadError';

  /** @param {import('./failure.js').Failure} failure */
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * @param {string} code
 * @param {string} message
 * @param {string} type
 * @returns {import('./failure.js').Failure}
 */
const lost = (code, message, type) => ({ code, message, type, retryable: true, stack: undefined });

/**
 * The thread that the handler runs in, beside the one that serves. It is replaced when the handler ends it, uses up its
 * memory, or blocks it: what was running in it is reported as failed, and the function goes on.
 */
export class HandlerThread {
  #settings;
  #log;
  #onBroken;
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  #nextKey = 0;
  /** @type {Map<number, NodeJS.Timeout>} */
  #silences = new Map();
  /** Why the worker is about to end, where that is known. @type {import('./failure.js').Failure | undefined} */
  #cause;
  #isEnding = false;

  /**
   * @param {import('./worker.js').WorkerSettings} settings
   * @param {import('./log.js').Log} log
   * @param {(error: LoadError) => void} onBroken called when a new thread cannot load the handler that the first one could
   */
  constructor(settings, log, onBroken) {
    this.#settings = settings;
    this.#log = log;
    this.#onBroken = onBroken;
  }

  /**
   * Loads the handler.
   * @returns {Promise<void>}
   * @throws {LoadError}
   */
  start() {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('worker.js', import.meta.url), {
        workerData: this.#settings,
        resourceLimits: { maxOldGenerationSizeMb: Math.ceil(getHeapStatistics().heap_size_limit / bytesPerMegabyte) },
      });
      this.#worker = worker;
      let isLoaded = false;
      worker.on('message', (/** @type {import('./worker.js').FromWorker} */ message) => {
        if (message.kind === 'loaded') {
          isLoaded = true;
          resolve();
        } else if (message.kind === 'failed') {
          isLoaded = true;
          reject(new LoadError(message.failure));
        } else this.#receive(message);
      });
      worker.on('error', (error) => this.#explain(error));
      worker.once('exit', (code) => {
        if (isLoaded) this.#replace(code);
        else
          reject(
            new LoadError(this.#cause ?? lost('ProcessExit', `the module ended with exit code ${code}`, 'runtime')),
          );
      });
    });
  }

  /**
   * Runs the handler once.
   * @param {Job} job
   * @param {Done} done called once, in every case
   * @returns {number} key to cancel it by
   */
  invoke({ data, invocation }, done) {
    const key = this.#nextKey;
    this.#nextKey += 1;
    this.#pending.set(key, { done, startedAt: performance.now() });
    this.#post({ kind: 'invoke', key, data, invocation });
    return key;
  }

  /**
   * Tells the handler that its time is over, and replaces the thread when it does not hear.
   * @param {number} key
   */
  cancel(key) {
    this.#post({ kind: 'cancel', key });
    const blocked = lost('Aborted', 'another invocation blocked the thread beyond its deadline', 'runtime');
    this.#silences.set(
      key,
      setTimeout(() => {
        this.#cause = blocked;
        void this.#worker?.terminate();
      }, silenceMs),
    );
  }

  /** Lets the thread end by itself, for a moment. @returns {Promise<void>} */
  async end() {
    this.#isEnding = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#post({ kind: 'end' });
    const timer = setTimeout(() => void worker.terminate(), silenceMs);
    await new Promise((resolve) => {
      worker.once('exit', resolve);
    });
    clearTimeout(timer);
  }

  /** @param {import('./worker.js').ToWorker} message */
  #post(message) {
    this.#worker?.postMessage(message);
  }

  /** @param {Extract<import('./worker.js').FromWorker, { key: number }>} message */
  #receive(message) {
    if (message.kind === 'alive') {
      clearTimeout(this.#silences.get(message.key));
      this.#silences.delete(message.key);
      return;
    }
    const pending = this.#pending.get(message.key);
    this.#pending.delete(message.key);
    pending?.done(message.outcome, message.durationMs);
  }

  /** @param {Error} error that nothing in the worker has caught */
  #explain(error) {
    const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#cause = isMemory
      ? lost('OutOfMemory', 'the handler used up its memory', 'memory')
      : lost('Aborted', 'an error outside of any invocation ended the thread', 'runtime');
    this.#log.line('error', 'handler thread failed', {
      error_code: error.name,
      error_message: error.message,
      stack: error.stack,
    });
  }

  /** @param {number} code exit code of the thread that has ended */
  #replace(code) {
    const failure =
      this.#cause ?? lost('ProcessExit', `the handler ended the process with exit code ${code}`, 'runtime');
    this.#cause = undefined;
    this.#silences.forEach((timer) => clearTimeout(timer));
    this.#silences.clear();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    if (!this.#isEnding) {
      this.#log.line('warn', 'handler thread replaced', { error_code: failure.code, error_message: failure.message });
      this.start().catch(this.#onBroken);
    }
    for (const { done, startedAt } of pending) done({ kind: 'failure', failure }, performance.now() - startedAt);
  }
}
