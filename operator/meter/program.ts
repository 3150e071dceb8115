import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Pool } from 'undici';
import { ConfigurationError } from '../configuration-error.ts';
import { systemClock } from '../kube/clock.ts';
import { runProgram } from '../program.ts';
import { stopSignal } from '../reconcile/stop-signal.ts';
import { createLog } from '../telemetry/log.ts';
import { type MeterConfig, readMeterConfig, usage } from './configuration.ts';
import { ledgerClient } from './ledger-client.ts';
import { Meter } from './meter.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program of `--mode=meter`. */
export function run(args: readonly string[], environment: Environment): Promise<void> {
  return runProgram(usage, args, () => serve(readMeterConfig(args, environment)));
}

const idleMs = 200;

/** Serves until a signal, then until the agent asks for nothing more: it ends at the same time. */
async function serve({ ledger, logLevel, model, port, ...config }: MeterConfig): Promise<void> {
  const log = createLog(logLevel);
  const { longestCallMs } = config;
  // a call ends by its own signal
  const pool = new Pool(model, { headersTimeout: longestCallMs, bodyTimeout: longestCallMs });
  const onFault = (what: string): void => log.warn({}, what);
  const meter = new Meter({
    ...config,
    pool,
    ledger: ledgerClient(ledger),
    clock: systemClock,
    newId: randomUUID,
    onFault,
  });
  const server = createServer((request, response) => void meter.answer(request, response));
  const stop = stopSignal(process, (code) => process.exit(code));
  await listen(server, port);
  log.info({ mode: 'meter' }, 'started');
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  log.info({ calls: meter.open }, 'stopping');
  while (meter.open > 0) await systemClock.sleep(idleMs, new AbortController().signal);
  server.close();
  server.closeAllConnections();
  await pool.destroy();
}

/** Loopback alone: nobody but the agent asks. @throws ConfigurationError when the port cannot be had */
async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ConfigurationError([`METER_PORT: ${error.message}; give another`])));
    server.listen(port, '127.0.0.1', resolve);
  });
}
