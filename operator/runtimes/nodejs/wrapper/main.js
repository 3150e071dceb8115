import { writeFileSync } from 'node:fs';
import { HandlerThread, LoadError } from './handler-thread.js';
import { bufferedStdout, Log } from './log.js';
import { Metrics } from './metrics.js';
import { parseSettings, SettingError } from './settings.js';
import { SpanExporter } from './spans.js';

const longestMessage = 4096;
const flushMs = 2000;
const output = bufferedStdout();

/**
 * Ends the process with 1 and says why where kubectl shows it.
 * @param {string} message
 * @returns {never}
 */
function giveUp(message) {
  output.flush();
  const path = process.env['TERMINATION_MESSAGE_PATH'] || '/dev/termination-log';
  try {
    writeFileSync(path, Buffer.from(message.replace(/\s*\n\s*/g, ' ')).subarray(0, longestMessage));
  } catch {
    // there is no such file outside of a container
  }
  process.exit(1);
}

/** @returns {import('./settings.js').Settings} */
function readSettings() {
  try {
    return parseSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const { functionName, functionNamespace } = { functionName: 'function', functionNamespace: 'knative-lambda' };
    const log = new Log({ level: 'info', format: 'json', functionName, functionNamespace }, output.write);
    log.line('error', 'configuration refused', { error_message: error.message });
    giveUp(`configuration refused: ${error.message}`);
  }
}

/** Ends the process on a signal, in whatever way is right by then. @type {(signal: NodeJS.Signals) => void} */
let onSignal = () => process.exit(0);
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) process.on(signal, () => onSignal(signal));

const settings = readSettings();
const log = new Log(settings.log, output.write);

/**
 * @param {unknown} error
 * @returns {never}
 */
function refuseHandler(error) {
  if (!(error instanceof LoadError)) throw error;
  const { code, message, stack } = error.failure;
  const { handler } = settings;
  log.line('error', 'handler failed to load', { handler, error_code: code, error_message: message, stack });
  giveUp(`handler failed to load: ${handler}: ${code}: ${message}`);
}

const metrics = new Metrics(settings);
const spans = new SpanExporter(settings.spans, log);
const { source, handler } = settings;
const thread = new HandlerThread({ source, handler, log: settings.log }, log, refuseHandler);
const loading = thread.start();
// while the thread loads the author's code
const [{ Invoker }, { FunctionServer }] = await Promise.all([import('./invoker.js'), import('./server.js')]);
await loading.catch(refuseHandler);
const loadMs = performance.now();
const invoker = new Invoker(settings, { thread, metrics, log, spans });
const server = new FunctionServer({ settings, invoker, metrics, log, loadMs });

try {
  await server.listen();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  log.line('error', 'configuration refused', { error_message: message });
  giveUp(`configuration refused: ${message}`);
}

log.line('info', 'runtime started', {
  port: settings.port,
  metrics_port: settings.metricsPort,
  handler,
  language: 'nodejs',
  language_version: process.versions.node,
  load_ms: Math.round(loadMs),
  timeout_seconds: settings.timeoutMs / 1000,
  max_concurrency: settings.maxConcurrency,
});

/** @param {number} ms */
const after = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

/** @param {NodeJS.Signals} signal */
async function end(signal) {
  log.line('info', 'shutdown started', { signal, in_flight: server.inFlight });
  const grace = setTimeout(() => {
    log.line('error', 'shutdown finished', { in_flight: server.inFlight });
    giveUp(`shutdown: ${server.inFlight} requests in flight after ${settings.shutdownGraceMs / 1000} s`);
  }, settings.shutdownGraceMs);
  await server.drain();
  clearTimeout(grace);
  await Promise.race([Promise.all([spans.flush(), thread.end()]), after(flushMs)]);
  log.line('info', 'shutdown finished', { in_flight: 0 });
  output.flush();
  process.exit(0);
}

onSignal = (signal) => {
  // further signals change nothing
  onSignal = () => undefined;
  void end(signal);
};
