import { writeSync } from 'node:fs';

/** @typedef {'debug' | 'info' | 'warn' | 'error'} Level */

/**
 * @typedef {object} LogSettings
 * @property {Level} level The lowest that is written.
 * @property {'json' | 'text'} format
 * @property {string} functionName
 * @property {string} functionNamespace
 */

/** @typedef {Readonly<Record<string, unknown>>} Fields Keys of a line; undefined ones are left out. */

/**
 * @typedef {object} Logger
 * @property {(message: string, fields?: Fields) => void} debug
 * @property {(message: string, fields?: Fields) => void} info
 * @property {(message: string, fields?: Fields) => void} warn
 * @property {(message: string, fields?: Fields) => void} error
 */

const ranks = { debug: 0, info: 1, warn: 2, error: 3 };
const longestValue = 8192;
const stdout = 1;

const waiting = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of it, waiting for a reader that is slow: nothing piles up in memory.
 * @param {number} descriptor
 * @param {Uint8Array} bytes
 */
export function writeWhole(descriptor, bytes) {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (!isBusy(error)) return;
      Atomics.wait(waiting, 0, 0, 1);
    }
  }
}

/** @param {unknown} error a pipe that is full and does not block says so; one without a reader is given up */
const isBusy = (error) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

/**
 * @param {unknown} value
 * @returns {unknown}
 */
const cut = (value) =>
  typeof value === 'string' && value.length > longestValue ? value.slice(0, longestValue) : value;

/** Lines of JSON, or of text for people, on stdout. */
export class Log {
  /** @type {LogSettings} */
  #settings;
  /** @type {(text: string) => void} */
  #write;

  /**
   * @param {LogSettings} settings
   * @param {(text: string) => void} write takes whole lines
   */
  constructor(settings, write) {
    this.#settings = settings;
    this.#write = write;
  }

  /**
   * @param {Level} level
   * @returns {boolean} whether lines of this level are written
   */
  writes(level) {
    return ranks[level] >= ranks[this.#settings.level];
  }

  /**
   * @param {Level} level
   * @param {string} message
   * @param {Fields} [fields]
   */
  line(level, message, fields = {}) {
    if (!this.writes(level)) return;
    const { format, functionName, functionNamespace } = this.#settings;
    const ts = new Date().toISOString();
    if (format === 'text') this.#write(textLine(`${ts} ${level.toUpperCase()} ${message}`, fields));
    else
      this.#write(jsonLine({ level, ts, function: functionName, namespace: functionNamespace, msg: message }, fields));
  }

  /**
   * @param {Fields} fields of every line
   * @returns {Logger}
   */
  loggerWith(fields) {
    /** @param {Level} level */
    const at =
      (level) =>
      /**
       * @param {string} message
       * @param {Fields} [further]
       */
      (message, further) =>
        this.line(level, message, { ...further, ...fields });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

/**
 * @param {Fields} first wins over the others
 * @param {Fields} fields
 */
function jsonLine(first, fields) {
  const entries = Object.entries(fields).filter(([key]) => !(key in first));
  try {
    return `${JSON.stringify({ ...first, ...Object.fromEntries(entries.map(([key, value]) => [key, cut(value)])) })}\n`;
  } catch {
    // fields of the author may be circular
    return `${JSON.stringify({ ...first, ...Object.fromEntries(entries.map(([key, value]) => [key, cut(String(value))])) })}\n`;
  }
}

/**
 * @param {string} start
 * @param {Fields} fields
 */
function textLine(start, fields) {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `${[start, ...pairs.map(([key, value]) => `${key}=${String(cut(value))}`)].join(' ')}\n`;
}

/**
 * Collects the lines of one turn of the event loop and writes them at once.
 * @returns {{ write: (text: string) => void, flush: () => void }}
 */
export function bufferedStdout() {
  /** @type {string[]} */
  let lines = [];
  const flush = () => {
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    writeWhole(stdout, Buffer.from(text));
  };
  const write = (/** @type {string} */ text) => {
    if (lines.length === 0) setImmediate(flush);
    lines.push(text);
  };
  return { write, flush };
}

/** Writes each line at once: what follows may block or end the thread. @param {string} text */
export const directStdout = (text) => writeWhole(stdout, Buffer.from(text));
