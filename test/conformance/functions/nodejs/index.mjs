import { setTimeout as sleep } from 'node:timers/promises';

/** Name of the kind of data, the same in every language. */
function kindOf(data) {
  if (data === null) return 'null';
  if (Buffer.isBuffer(data)) return 'bytes';
  return Array.isArray(data) ? 'array' : typeof data;
}

function echo(data) {
  return { kind: kindOf(data), value: Buffer.isBuffer(data) ? data.toString('base64') : data };
}

function buildError({ name, message, retryable }) {
  const error = new Error(message);
  error.name = name;
  return retryable === undefined ? error : Object.assign(error, { retryable });
}

function describeContext(context) {
  const { logger: _logger, signal: _signal, ...fields } = context;
  return { context: { ...fields, deadline: context.deadline.toISOString(), remainingMs: context.remainingMs() } };
}

function* generate() {
  yield 1;
}

/** A name for each behaviour; test/conformance/functions/README.md says what each does. */
const acts = {
  echo,
  generator: generate,
  return: (data) => data,
  nothing: () => undefined,
  async: async (data) => {
    await sleep(10);
    return data;
  },
  bytes: ({ base64 }) => Buffer.from(base64, 'base64'),
  size: (data) => data.length,
  repeat: ({ text, times }) => text.repeat(times),
  context: (_data, context) => describeContext(context),
  environment: ({ name }) => process.env[name],
  log: ({ level, message, fields }, context) => context.logger[level](message, fields),
  print: ({ text, times }) => {
    for (let index = 0; index < times; index += 1) process.stdout.write(text);
  },
  circular: () => {
    const value = {};
    value.self = value;
    return value;
  },
  nan: () => NaN,
  infinity: () => [Infinity],
  nestednan: () => ({ list: [{ value: NaN }] }),
  function: () => () => 1,
  raise: (data) => {
    throw buildError(data);
  },
  raiseasync: async (data) => {
    await sleep(5);
    throw buildError(data);
  },
  raisevalue: () => {
    // oxlint-disable-next-line no-throw-literal -- what the case is about
    throw 'out of stock';
  },
  sleep: async ({ ms }) => {
    await sleep(ms);
    return 'slept';
  },
  sleepthenid: async ({ ms }, context) => {
    await sleep(ms);
    return context.id;
  },
  hang: () => new Promise(() => undefined),
  stuck: () => new Promise(() => undefined),
  lingers: async ({ ms }) => {
    await sleep(ms);
    return 'late';
  },
  untilsignal: async (_data, context) => {
    await new Promise((resolve) => {
      context.signal.addEventListener('abort', resolve);
    });
    context.logger.info('heard of the deadline');
  },
  block: ({ ms }) => {
    const end = Date.now() + ms;
    while (Date.now() < end);
  },
  exit: () => process.exit(3),
  exitlater: async () => {
    await sleep(20);
    process.exit(3);
  },
  kill: () => process.kill(process.pid, 'SIGKILL'),
  throwlater: ({ ms }) => {
    setTimeout(() => {
      throw new Error('thrown after the answer');
    }, ms);
  },
  allocate: () => {
    const kept = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  },
};

/** What `type` or, in a plain POST, the member `act` names; else echo. */
export function handler(data, context) {
  const named = context.type.startsWith('conformance.') ? context.type.slice('conformance.'.length) : data?.act;
  return (acts[named] ?? echo)(data, context);
}
