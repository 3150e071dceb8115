import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultHandler } from './settings.js';

/** @typedef {(data: unknown, context: import('./context.js').Context) => unknown} Handler */

/** A handler that is not there, or is no function. */
class HandlerError extends Error {
  name = 'HandlerError';
}

const extensions = ['.mjs', '.js', '.cjs'];
/** What a module without the default name may call its handler; the original took these. */
const fallbackNames = ['parse', 'default'];

/**
 * Loads the module and finds the function in it.
 * @param {string} source folder of the author's code
 * @param {string} handler `module.function` or `function`
 * @returns {Promise<Handler>}
 * @throws {HandlerError} naming what is not there; or whatever the module throws while it loads
 */
export async function loadHandler(source, handler) {
  const [moduleName = '', functionName = ''] = handler.includes('.') ? handler.split('.') : ['index', handler];
  const paths = extensions.map((extension) => join(source, `${moduleName}${extension}`));
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) throw new HandlerError(`no module ${moduleName}: none of ${paths.join(', ')} is there`);
  /** @type {Readonly<Record<string, unknown>>} */
  const namespace = await import(pathToFileURL(path).href);
  const isDefault = `${moduleName}.${functionName}` === defaultHandler;
  const names = isDefault ? [functionName, ...fallbackNames] : [functionName];
  const found = names.map((name) => memberOf(namespace, name)).find((member) => member !== undefined);
  if (found === undefined) throw new HandlerError(`no function ${functionName} in ${path}`);
  if (!isHandler(found)) throw new HandlerError(`${functionName} in ${path} is ${describe(found)}, allowed a function`);
  return found;
}

/**
 * An export of an ES module, or a member of what a CommonJS module exports.
 * @param {Readonly<Record<string, unknown>>} namespace
 * @param {string} name
 * @returns {unknown}
 */
function memberOf(namespace, name) {
  const exported = namespace['default'];
  if (name === 'default') return typeof exported === 'function' ? exported : undefined;
  if (namespace[name] !== undefined) return namespace[name];
  return isRecord(exported) ? exported[name] : undefined;
}

/**
 * @param {unknown} value
 * @returns {value is Readonly<Record<string, unknown>>}
 */
const isRecord = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * @param {unknown} value
 * @returns {value is Handler}
 */
const isHandler = (value) => typeof value === 'function' && !isClass(value);

/** @param {Function} value */
const isClass = (value) => /^class\b/.test(Function.prototype.toString.call(value));

/** @param {unknown} value */
const describe = (value) => (typeof value === 'function' ? 'a class' : `of type ${typeof value}`);
