/**
 * @typedef {object} Settings The environment of the contract, parsed once.
 * @property {number} port
 * @property {number} metricsPort
 * @property {string} handler
 * @property {string} source Folder of the author's code.
 * @property {string} functionName
 * @property {string} functionNamespace
 * @property {number} timeoutMs
 * @property {number} maxConcurrency
 * @property {number} maxBodyBytes
 * @property {number} bodyTimeoutMs
 * @property {number} shutdownGraceMs
 * @property {number} maxHops
 * @property {import('./log.js').LogSettings} log
 * @property {import('./spans.js').SpanSettings} spans
 */

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

/** A value of the environment that is not allowed: what, got, allowed. */
export class SettingError extends Error {
  name = 'SettingError';
}

export const defaultHandler = 'index.handler';

const longestSeconds = 86_400;

/**
 * @param {Environment} environment
 * @param {string} name
 * @returns {string | undefined} an empty value counts as absent
 */
const read = (environment, name) => environment[name] || undefined;

/**
 * @param {Environment} environment
 * @param {string} name
 * @param {{ pattern: RegExp, allowed: string, isAllowed?: (value: string) => boolean }} rule
 */
function readMatching(environment, name, { pattern, allowed, isAllowed = () => true }) {
  const value = read(environment, name);
  if (value === undefined || (pattern.test(value) && isAllowed(value))) return value;
  throw new SettingError(`${name}: got ${value}, allowed ${allowed}`);
}

/**
 * @param {Environment} environment
 * @param {string} name
 * @param {{ least: number, most: number }} bounds
 */
function readInteger(environment, name, { least, most }) {
  const isAllowed = (/** @type {string} */ value) => Number(value) >= least && Number(value) <= most;
  const value = readMatching(environment, name, {
    pattern: /^\d{1,10}$/,
    allowed: `a whole number from ${least} to ${most}`,
    isAllowed,
  });
  return value === undefined ? undefined : Number(value);
}

/**
 * @param {Environment} environment
 * @param {string} name
 * @param {number} otherwise
 * @returns {number} milliseconds
 */
function readSeconds(environment, name, otherwise) {
  const isAllowed = (/** @type {string} */ value) => Number(value) > 0 && Number(value) <= longestSeconds;
  const value = readMatching(environment, name, {
    pattern: /^\d{1,10}(\.\d{1,9})?$/,
    allowed: `a number above 0 and at most ${longestSeconds}`,
    isAllowed,
  });
  return (value === undefined ? otherwise : Number(value)) * 1000;
}

/**
 * @template {string} T
 * @param {Environment} environment
 * @param {string} name
 * @param {readonly [T, ...T[]]} values the first is the default
 * @returns {T}
 */
function readChoice(environment, name, values) {
  const value = read(environment, name);
  const found = value === undefined ? values[0] : values.find((one) => one === value);
  if (found === undefined) throw new SettingError(`${name}: got ${value}, allowed ${values.join(', ')}`);
  return found;
}

/**
 * @param {Environment} environment
 * @param {string} name
 * @returns {ReadonlyMap<string, string>} from `key=value,key=value`, the values percent-decoded
 */
function readPairs(environment, name) {
  const pairs = (read(environment, name) ?? '').split(',').filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), decodePair(name, pair)]));
}

/**
 * @param {string} name
 * @param {string} pair
 */
function decodePair(name, pair) {
  try {
    return decodeURIComponent(pair.slice(pair.indexOf('=') + 1).trim());
  } catch {
    throw new SettingError(`${name}: got ${pair}, allowed percent-encoded values`);
  }
}

/**
 * @param {Environment} environment
 * @returns {string | undefined} where spans go; undefined: nowhere
 */
function readSpanEndpoint(environment) {
  if (read(environment, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const full = read(environment, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = read(environment, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  const name = full === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const endpoint = full ?? base;
  if (endpoint === undefined) return undefined;
  const url = endpoint.includes('://') ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new SettingError(`${name}: got ${endpoint}, allowed an http or https URL, or host:port`);
  }
  return full === undefined ? `${url.replace(/\/+$/, '')}/v1/traces` : url;
}

/**
 * @param {Environment} environment
 * @param {{ name: string, namespace: string }} identity
 * @returns {import('./spans.js').SpanSettings}
 */
function readSpanSettings(environment, { name, namespace }) {
  const share = readMatching(environment, 'OTEL_TRACES_SAMPLER_ARG', {
    pattern: /^(0(\.\d+)?|1(\.0+)?)$/,
    allowed: 'a number from 0 to 1',
  });
  const resource = new Map([['service.namespace', namespace]]);
  for (const [key, value] of readPairs(environment, 'OTEL_RESOURCE_ATTRIBUTES')) resource.set(key, value);
  resource.set('service.name', read(environment, 'OTEL_SERVICE_NAME') ?? resource.get('service.name') ?? name);
  return {
    endpoint: readSpanEndpoint(environment),
    headers: readPairs(environment, 'OTEL_EXPORTER_OTLP_HEADERS'),
    resource,
    share: Number(share ?? 1),
  };
}

/** @param {Environment} environment */
function readHandler(environment) {
  const handler = readMatching(environment, 'HANDLER', {
    pattern: /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/,
    allowed: 'module.function or function',
  });
  return handler ?? defaultHandler;
}

/** @param {Environment} environment */
const readLimits = (environment) => ({
  timeoutMs: readSeconds(environment, 'TIMEOUT_SECONDS', 300),
  maxConcurrency: readInteger(environment, 'MAX_CONCURRENCY', { least: 1, most: 100_000 }) ?? 100,
  maxBodyBytes: readInteger(environment, 'MAX_BODY_BYTES', { least: 1, most: 2 ** 30 }) ?? 10 * 2 ** 20,
  bodyTimeoutMs: readSeconds(environment, 'BODY_TIMEOUT_SECONDS', 30),
  shutdownGraceMs: readSeconds(environment, 'SHUTDOWN_GRACE_SECONDS', 30),
  maxHops: readInteger(environment, 'MAX_HOPS', { least: 1, most: 1000 }) ?? 16,
});

/**
 * @param {Environment} environment
 * @returns {Settings}
 * @throws {SettingError} on the first value that is not allowed
 */
export function parseSettings(environment) {
  const name = read(environment, 'FUNCTION_NAME') ?? read(environment, 'K_SERVICE') ?? 'function';
  const namespace = read(environment, 'FUNCTION_NAMESPACE') ?? read(environment, 'NAMESPACE') ?? 'knative-lambda';
  const ports = { least: 1, most: 65_535 };
  const port = readInteger(environment, 'PORT', ports) ?? 8080;
  return {
    port,
    metricsPort: readInteger(environment, 'METRICS_PORT', ports) ?? port,
    handler: readHandler(environment),
    source: read(environment, 'FUNCTION_SOURCE') ?? '/app',
    functionName: name,
    functionNamespace: namespace,
    ...readLimits(environment),
    log: {
      level: readChoice(environment, 'LOG_LEVEL', ['info', 'debug', 'warn', 'error']),
      format: readChoice(environment, 'LOG_FORMAT', ['json', 'text']),
      functionName: name,
      functionNamespace: namespace,
    },
    spans: readSpanSettings(environment, { name, namespace }),
  };
}
