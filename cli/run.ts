import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, watch } from 'node:fs';
import { localRuntimes, type LocalRuntime } from '../operator/runtimes/index.ts';
import { parseData, send } from './invoke.ts';
import { type LocalFunction, readLocalFunction } from './local-function.ts';
import { parseOptions } from './options.ts';
import { CommandError, prepareFunction } from './prepared-function.ts';
import { type ServedFunction, serveFunction } from './served-function.ts';
import { UsageError } from './usage-error.ts';

export const runHelp = `usage: knative-lambda run FILE|MANIFEST [options]

Serves a function on this machine with the wrapper that it runs in on a cluster, and again after each change of its code.
Ctrl-C ends it.

  FILE              code: .py, .js, .mjs, .cjs or .go; its folder is the function
  MANIFEST          LambdaFunction with inline code: .yaml, .yml or .json
  --port NUMBER     port that it listens on, 8080 unless given
  --handler NAME    module.function or function, as in spec.runtime.handler
  --event FILE      event in JSON format, or its data, that is sent after each start
  --env NAME=VALUE  variable of the function; may be given several times
  --help            this text
`;

const options = {
  port: { type: 'string', default: '8080' },
  handler: { type: 'string' },
  event: { type: 'string' },
  env: { type: 'string', multiple: true },
} as const;

interface RunSettings {
  readonly path: string;
  readonly port: number;
  readonly handler: string | undefined;
  readonly event: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** Editors write a file in several steps. */
const settleMs = 100;

/** Serves until a signal comes. */
export async function run(typed: readonly string[]): Promise<number> {
  const { values, subject: path } = parseOptions(typed, { options, subject: 'function' });
  const settings: RunSettings = {
    path,
    port: parsePort(values.port),
    handler: values.handler,
    event: values.event,
    variables: Object.fromEntries((values.env ?? []).map(parseVariable)),
  };
  if (settings.event !== undefined && !existsSync(settings.event)) {
    throw new UsageError(`event: got ${settings.event}, allowed a file`);
  }
  const ending = waitForSignal();
  while ((await serveOnce(settings, ending)) === 'changed');
  return 0;
}

/** Why a function is stopped. */
type Stop = 'changed' | 'ended';

const waitForSignal = (): Promise<Stop> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve('ended'));
  });

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`port: got ${text}, allowed 1 to 65535`);
}

function parseVariable(text: string): [string, string] {
  const end = text.indexOf('=');
  if (end < 1) throw new UsageError(`env: got ${text}, allowed NAME=VALUE`);
  return [text.slice(0, end), text.slice(end + 1)];
}

/** Serves the code as it is now, until it changes or a signal comes. */
async function serveOnce(settings: RunSettings, ending: Promise<Stop>): Promise<Stop> {
  const local = readLocalFunction(settings.path, settings.handler);
  const change = watchFor(local.watched);
  try {
    return await serveUntil(Promise.race([change.happened, ending]), startFunction(local, settings), settings);
  } finally {
    // a watcher that is left would keep the process
    change.stop();
    local.remove();
  }
}

async function serveUntil(stop: Promise<Stop>, served: Started | undefined, settings: RunSettings): Promise<Stop> {
  try {
    if (served === undefined) process.stderr.write('waiting for a change\n');
    else void report(served.function, settings);
    const reason = await stop;
    await served?.function.stop();
    return reason;
  } finally {
    served?.remove();
  }
}

interface Started {
  readonly function: ServedFunction;
  remove(this: void): void;
}

/** Undefined when it could not be built: what the tools said has been printed. */
function startFunction(local: LocalFunction, { port, variables }: RunSettings): Started | undefined {
  const { language, source, handler, name, namespace } = local;
  const runtime = localRuntimes[language];
  requireInterpreter(runtime);
  try {
    const { command, remove } = prepareFunction(runtime, { source, handler });
    const identity = { FUNCTION_NAME: name, ...(namespace === undefined ? {} : { FUNCTION_NAMESPACE: namespace }) };
    const environment = { TERMINATION_MESSAGE_PATH: '/dev/null', ...identity, ...local.variables, ...variables };
    return { function: serveFunction(command, environment, port), remove };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

function requireInterpreter({ interpreter: { program, version, hint } }: LocalRuntime): void {
  if (spawnSync(program, [version]).error !== undefined) {
    throw new UsageError(`${program}: not found on PATH; install ${hint}`);
  }
}

/** Says where the function listens and sends its event; or says that it has ended. */
async function report(served: ServedFunction, { port, event }: RunSettings): Promise<void> {
  const url = `http://localhost:${port}`;
  if (!(await served.listening)) {
    process.stderr.write(`ended with ${await served.ended}; waiting for a change\n`);
    return;
  }
  process.stderr.write(`listening on ${url}\n`);
  if (event !== undefined) await send(url, toEvent(readFileSync(event, 'utf8')));
}

/** An event in JSON format as it is; anything else is the data of one. */
function toEvent(text: string): Readonly<Record<string, unknown>> {
  const { data, datacontenttype } = parseData(text);
  if (isEvent(data)) return data;
  const time = new Date().toISOString();
  return {
    specversion: '1.0',
    id: time,
    source: 'knative-lambda/run',
    type: 'io.knative.lambda.invoke.sync',
    time,
    datacontenttype,
    data,
  };
}

const isEvent = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null && 'specversion' in data && 'type' in data;

function watchFor(path: string): { readonly happened: Promise<Stop>; stop(this: void): void } {
  const watcher = watch(path, { recursive: true });
  const happened = new Promise<Stop>((resolve) => {
    watcher.on('change', (_event, file) => {
      if (!/(^|[\\/])(node_modules|\.git|__pycache__)([\\/]|$)/.test(String(file)))
        setTimeout(() => resolve('changed'), settleMs);
    });
  });
  return { happened, stop: () => watcher.close() };
}
