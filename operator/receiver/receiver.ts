import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../configuration-error.ts';
import { connect } from '../connect.ts';
import { KubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { runProgram } from '../program.ts';
import { stopSignal } from '../reconcile/stop-signal.ts';
import { clientMetrics } from '../telemetry/client-metrics.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { addProcessMetrics } from '../telemetry/process-metrics.ts';
import type { AwsCredentials } from '../fetch/index.ts';
import { reviewAccess } from './access-review.ts';
import { type Audit, auditByEvent, auditTo, auditToAll } from './audit.ts';
import { functionBroker, ingressAddress, sendToBroker } from './broker-invoker.ts';
import { type ReceiverConfig, readReceiverConfig, usage } from './configuration.ts';
import type { KeepDeadLetter } from './dead-letter.ts';
import { decode } from './decode.ts';
import { Drain } from './drain.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters/letters-of-receiver.ts';
import { sendByBroker } from './dead-letters/send-again.ts';
import { type Notify, notifyBy } from './notify.ts';
import { type ReceiverTelemetry, receiverTelemetry } from './receiver-telemetry.ts';
import { refreshedSettings } from './refreshed-settings.ts';
import { EventSchemas } from './schemas.ts';
import { openBudgets } from '../budget/budgets.ts';
import type { BudgetRoutes } from '../budget/routes.ts';
import { openSupervision, type Supervision } from '../supervision/supervision.ts';
import { supervisionTelemetry } from '../supervision/telemetry.ts';
import { handlerOf } from './event-handling.ts';
import { serverOf } from './receiver-server.ts';
import { commandTriggers } from './command-triggers.ts';
import { intentRoutes } from './intent-routes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program of `--mode=receiver`. */
export function run(args: readonly string[], environment: Environment): Promise<void> {
  return runProgram(usage, args, () => serve(readReceiverConfig(args, environment), environment));
}

const today = (): Date => new Date();

/** Serves the events API until a signal, then answers what is under way. */
async function serve(config: ReceiverConfig, environment: Environment): Promise<void> {
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const registry = new MetricRegistry();
  addProcessMetrics(registry, config.build);
  const client = new KubeClient(await connect(environment, clock), {
    clock,
    observer: clientMetrics(registry),
    userAgent: `knative-lambda-receiver/${config.build.version}`,
  });
  const telemetry = receiverTelemetry(registry, clock);
  const schemas = new EventSchemas();
  const refreshed = refreshedSettings(config, { client, schemas, log, environment });
  const deadLetters = deadLettersOf(config, { keys: refreshed.storeKeys.current, log, telemetry });
  const supervision = supervisionOf(config, { client, log, registry, refreshed });
  const intents = intentRoutes(config, { client, log });
  const keepDeadLetter = deadLetters?.keep ?? keepNothing;
  const notify = notifyBroker(config.defaultNamespace, keepDeadLetter);
  const access = { reviewAccess: reviewAccess(client, clock), serves: config.serves };
  const audit = auditOf(config, log, notify);
  const parts = { config, client, clock, today, log, telemetry, access, audit, keepDeadLetter, notify };
  const drain = new Drain(config.drainMs, clock);
  const server = serverOf({
    ...parts,
    handler: handlerOf({ ...parts, schemas, deadLetters, intents: intents.current }),
    refreshed,
    deadLetters,
    supervision: supervision?.routes,
    budgets: budgetsOf(config, { client, log, refreshed }),
    ready: [drain, ...Object.values(refreshed)],
    isDraining: drain.hasBegun,
    metrics: { contentType: registry.contentType, body: () => registry.render() },
  });
  const stop = stopSignal(process, (code) => process.exit(code));
  try {
    await listen(server, config.port);
    log.info({ ...config.build, mode: 'receiver' }, 'started');
    const running = [
      ...Object.values(refreshed),
      intents,
      commandTriggers(config, { client, log, keys: refreshed.brokerKeys }),
    ];
    await Promise.all([...running.map((one) => one.run(stop)), deadLetters?.run(stop), supervision?.run(stop)]);
    log.info({}, 'stopping');
    await drain.run();
  } finally {
    await server.close();
    await client.close();
  }
  log.info({}, 'stopped');
}

/** Tells the Broker of a namespace, which has confirmed an event when it answers. */
function notifyBroker(namespace: string, keepDeadLetter: KeepDeadLetter): Notify {
  const place = { broker: functionBroker, namespace };
  const address = ingressAddress(functionBroker, namespace);
  return notifyBy({ send: (event) => sendToBroker(address, event, place), keepDeadLetter, namespace, today });
}

/** The log has each record; the Broker where the environment asks for it. */
function auditOf({ auditEvents, environment }: ReceiverConfig, log: Log, notify: Notify): Audit {
  const toLog = auditTo(log, environment);
  return auditEvents ? auditToAll(toLog, auditByEvent({ notify, environment, today, newId: randomUUID })) : toLog;
}

/** Without a store a delivery fails, so that the Broker's own sink takes the event after its retries. */
const keepNothing: KeepDeadLetter = () => Promise.reject(new Error('no store of dead letters is set'));

interface DeadLetterParts {
  readonly keys: () => AwsCredentials | undefined;
  readonly log: Log;
  readonly telemetry: ReceiverTelemetry;
}

function deadLettersOf({ deadLetters: settings }: ReceiverConfig, parts: DeadLetterParts): DeadLetters | undefined {
  if (settings.kind === 'none') return undefined;
  const { keys, log, telemetry } = parts;
  return openDeadLetters({
    settings,
    keys,
    telemetry,
    send: sendByBroker(),
    clock: systemClock,
    today,
    newId: () => randomUUID().slice(0, 8),
    onFault: (part) => (err) => log.warn({ err, part }, 'dead letters wait'),
  });
}

interface SupervisionParts {
  readonly client: KubeClient;
  readonly log: Log;
  readonly registry: MetricRegistry;
  readonly refreshed: ReturnType<typeof refreshedSettings>;
}

/** Beside the dead letters: where nothing is stored, nothing that agents send can be held. */
function supervisionOf(config: ReceiverConfig, parts: SupervisionParts): Supervision | undefined {
  const { deadLetters, environment, supervision: settings } = config;
  if (settings === undefined || deadLetters.kind === 'none') return undefined;
  const { client, log, refreshed, registry } = parts;
  return openSupervision({
    settings,
    environment,
    place: deadLetters.place,
    storeKeys: refreshed.storeKeys.current,
    pathKeys: refreshed.brokerKeys.current,
    client,
    decode: (request) => decode(request, config),
    log,
    telemetry: supervisionTelemetry(registry),
    clock: systemClock,
    today,
    newId: randomUUID,
  });
}

/** Beside the dead letters: where nothing is stored, no ledger is. */
function budgetsOf(
  { deadLetters }: ReceiverConfig,
  { client, log, refreshed }: Omit<SupervisionParts, 'registry'>,
): BudgetRoutes | undefined {
  if (deadLetters.kind === 'none') return undefined;
  const { brokerKeys, storeKeys } = refreshed;
  const { place } = deadLetters;
  return openBudgets({ place, storeKeys: storeKeys.current, pathKeys: brokerKeys.current, client, log, today });
}

/** @throws ConfigurationError when the port cannot be had */
async function listen(
  server: { listen(options: { port: number; host: string }): Promise<string> },
  port: number,
): Promise<void> {
  try {
    await server.listen({ port, host: '::' });
  } catch (error) {
    throw new ConfigurationError([`PORT: ${error instanceof Error ? error.message : String(error)}; give another`]);
  }
}
