import { dirname, join } from 'node:path';
import type { BindAddress } from './bind-address.ts';
import { type Config, readConfig, usage } from './config.ts';
import { ConfigurationError } from './configuration-error.ts';
import { connect } from './connect.ts';
import { controllers } from './controllers.ts';
import { electionOf } from './elect.ts';
import { KubeClient } from './kube/client.ts';
import { systemClock } from './kube/clock.ts';
import { Informers } from './kube/informers.ts';
import { LifecycleEvents } from './lifecycle/lifecycle-events.ts';
import { runProgram } from './program.ts';
import { EventRecorder } from './reconcile/event-recorder.ts';
import { KubeEventSink } from './reconcile/event-sink.ts';
import { HealthServer } from './reconcile/health.ts';
import { Manager } from './reconcile/manager.ts';
import { stopSignal } from './reconcile/stop-signal.ts';
import { hashWrappers, wrappersFolder } from './runtimes/wrapper.ts';
import { brokerResource } from './specs/broker.ts';
import { selectionOf } from './served-namespaces.ts';
import { manager as fieldManager } from './specs/ownership.ts';
import { clientMetrics } from './telemetry/client-metrics.ts';
import { ControllerTelemetry } from './telemetry/controller-telemetry.ts';
import { createLog } from './telemetry/log.ts';
import { MetricRegistry } from './telemetry/metric-registry.ts';
import { addProcessMetrics } from './telemetry/process-metrics.ts';
import { reflectorMetrics } from './telemetry/reflector-metrics.ts';
import { startTracing } from './telemetry/trace.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program of `--mode=controller`. */
export function run(args: readonly string[], environment: Environment): Promise<void> {
  return runProgram(usage, args, () => control(readConfig(args, environment), environment));
}

/** Runs the controllers until a signal. */
async function control(config: Config, environment: Environment): Promise<void> {
  const [clock, random] = [systemClock, Math.random];
  const log = createLog(config.logLevel);
  const registry = new MetricRegistry();
  addProcessMetrics(registry, config.build);
  const tracing = await startTracing(config.tracing, (err) => log.warn({ err }, 'spans were not sent'));
  const connection = await connect(environment, clock);
  const options = {
    clock,
    observer: clientMetrics(registry),
    userAgent: `knative-lambda-operator/${config.build.version}`,
  };
  // connections of its own: a renewal waits behind no other request
  const leaseClient = new KubeClient(connection, options);
  const election = electionOf(config, { client: leaseClient, clock, random, registry, log });
  const client = new KubeClient(connection, {
    ...options,
    mayWrite: election.mayAct,
    requestRate: config.requestRate,
  });
  const informers = new Informers({ client, clock, random, observer: reflectorMetrics(registry, clock) });
  const telemetry = new ControllerTelemetry({ registry, log, tracing, clock });
  const recorder = new EventRecorder({
    sink: new KubeEventSink(client, fieldManager),
    reporter: { controller: 'lambda.knative.io/operator', instance: config.podName },
    clock,
    random,
    today: () => new Date(),
    onDropped: (err) => log.warn({ err }, 'an event was not sent'),
  });
  const wrappers = await hashWrappers(join(dirname(process.argv[1] ?? ''), wrappersFolder));
  const { lifecycle: receiver, watch } = config;
  const brokers = informers.of(brokerResource, { ...selectionOf(watch), optional: true });
  const lifecycle = new LifecycleEvents({ receiver, brokers, mayAct: election.mayAct, clock, registry, log });
  const shared = { config, client, informers, telemetry, registry, recorder, lifecycle, wrappers, clock, random };
  const parts = { ...shared, isLeading: election.mayAct };
  const manager = new Manager({
    controllers: controllers.map((build) => build(parts)),
    informers: informers.all,
    election,
    clock,
    observer: {
      notSynced: (message) => log.error({}, message),
      controllerStarted: (controller) => log.info({ controller }, 'controller started'),
    },
  });
  const health = new HealthServer({ ready: manager.readyChecks });
  const metrics = new HealthServer({
    ready: [],
    metrics: { contentType: registry.contentType, body: () => registry.render() },
  });
  const close = async (): Promise<void> => {
    await Promise.all([tracing.close(), health.close(), metrics.close(), client.close(), leaseClient.close()]);
  };
  try {
    await listen(health, config.healthAddress);
    await listen(metrics, config.metricsAddress);
    log.info({ ...config.build, mode: config.mode }, 'started');
    const stop = stopSignal(process, (code) => process.exit(code));
    stop.addEventListener('abort', () => log.info({ reason: messageOf(stop.reason) }, 'stopping'), { once: true });
    await Promise.all([manager.run(stop), recorder.run(stop), lifecycle.run(stop)]);
    log.info({}, 'stopped');
  } finally {
    await close();
  }
}

/** @throws ConfigurationError when the address cannot be had */
async function listen(server: HealthServer, address: BindAddress | undefined): Promise<void> {
  if (address === undefined) return;
  const { host, port } = address;
  try {
    await server.listen(port, host);
  } catch (error) {
    throw new ConfigurationError([`${host ?? ''}:${port}: ${messageOf(error)}; give another --…-bind-address`]);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
