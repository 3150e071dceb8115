/**
 * @typedef {object} Failure
 * @property {string} code Name of the error.
 * @property {string} message
 * @property {boolean} retryable Whether a later try may succeed.
 * @property {string} type What the metric calls it.
 * @property {string | undefined} stack
 */

const longestCode = 100;
const longestMessage = 1024;
const notRetryable = new Set(['TypeError', 'ValueError', 'ImportError']);

/** What the name of an error contains, and what the metric calls it; the first that fits. */
const types = /** @type {const} */ ([
  ['timeout', 'timeout'],
  ['memory', 'memory'],
  ['import', 'import'],
  ['module', 'import'],
  ['permission', 'permission'],
  ['access', 'permission'],
  ['connection', 'network'],
  ['network', 'network'],
  ['socket', 'network'],
  ['validation', 'validation'],
  ['valueerror', 'validation'],
  ['typeerror', 'validation'],
]);

const ofWrapper = new Set(['ResultNotSerializable', 'InvalidReply']);

/**
 * @param {unknown} error whatever was thrown
 * @returns {Failure}
 */
export function toFailure(error) {
  const code = nameOf(error).slice(0, longestCode);
  return {
    code,
    message: messageOf(error).slice(0, longestMessage),
    retryable: isRetryable(error, code),
    type: typeOf(code),
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** @param {unknown} error */
function nameOf(error) {
  if (!(error instanceof Error) || typeof error.name !== 'string') return 'Error';
  // a class that extends Error and sets no name
  return error.name === 'Error' ? error.constructor?.name || 'Error' : error.name;
}

/** @param {unknown} error */
function messageOf(error) {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return '';
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isRetryable(error, code) {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'retryable' in error && typeof error.retryable === 'boolean'
    ? error.retryable
    : !notRetryable.has(code);
}

/** @param {string} code */
function typeOf(code) {
  if (ofWrapper.has(code)) return 'handler';
  const name = code.toLowerCase();
  return types.find(([part]) => name.includes(part))?.[1] ?? 'handler';
}
