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

const firstKeys = new Set(['level', 'ts', 'function', 'namespace', 'msg']);
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
  /** Keys of every line, as JSON. */
  #identity;
  /** @type {(text: string) => void} */
  #write;

  /**
   * @param {LogSettings} settings
   * @param {(text: string) => void} write takes whole lines
   */
  constructor(settings, write) {
    this.#settings = settings;
    const { functionName, functionNamespace } = settings;
    this.#identity = `"function":${JSON.stringify(functionName)},"namespace":${JSON.stringify(functionNamespace)}`;
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
   * @param {...Fields} groups of keys; the first group that has one wins
   */
  line(level, message, ...groups) {
    if (!this.writes(level)) return;
    const ts = new Date().toISOString();
    if (this.#settings.format === 'text') this.#write(textLine(`${ts} ${level.toUpperCase()} ${message}`, groups));
    else {
      const start = `{"level":"${level}","ts":"${ts}",${this.#identity},"msg":${JSON.stringify(message)}`;
      this.#write(jsonLine(start, groups));
    }
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
        this.line(level, message, fields, further ?? {});
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

/**
 * Calls back for each key of the groups once. Nothing is merged: an object made for one line outlives young garbage
 * collections, and makes those slow.
 * @param {readonly Fields[]} groups
 * @param {(key: string, value: unknown) => void} take
 */
function forEachField(groups, take) {
  groups.forEach((group, index) => {
    for (const key of Object.keys(group)) {
      if (!groups.slice(0, index).some((earlier) => Object.hasOwn(earlier, key))) take(key, group[key]);
    }
  });
}

/**
 * @param {string} start keys that win over the others, without the brace that ends them
 * @param {readonly Fields[]} groups
 */
function jsonLine(start, groups) {
  let line = start;
  forEachField(groups, (key, value) => {
    const text = firstKeys.has(key) ? undefined : toJson(value);
    if (text !== undefined) line += `,${JSON.stringify(key)}:${text}`;
  });
  return `${line}}\n`;
}

/**
 * @param {unknown} value
 * @returns {string | undefined} undefined for what JSON leaves out
 */
function toJson(value) {
  try {
    return JSON.stringify(cut(value));
  } catch {
    // what the author gave may be circular
    return JSON.stringify(cut(String(value)));
  }
}

/**
 * @param {string} start
 * @param {readonly Fields[]} groups
 */
function textLine(start, groups) {
  let line = start;
  forEachField(groups, (key, value) => {
    if (value !== undefined) line += ` ${key}=${String(cut(value))}`;
  });
  return `${line}\n`;
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
