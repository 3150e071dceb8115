import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { receiverAudience } from '../api/index.ts';
import type { IntentRouter } from '../intents/index.ts';
import { systemClock } from '../kube/clock.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { sentEventFaults } from '../lifecycle/sent-event-faults.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { unavailable } from './api-refusal.ts';
import type { AuditRecord } from './audit.ts';
import { alertAccount, authenticateAlertsBy } from './alert-token.ts';
import { authenticateBy } from './authenticate.ts';
import { admitBy, authorizeAlertsBy, authorizeBy, authorizeLettersBy, authorizeRouteBy } from './authorize.ts';
import type { CloudEvent } from './cloud-event.ts';
import { Commands } from './commands.ts';
import type { DeadLetter } from './dead-letter.ts';
import { EventOrders } from './dead-letters/event-orders.ts';
import { LetterStore } from './dead-letters/letter-store.ts';
import { MemoryObjects } from './dead-letters/memory-objects.ts';
import type { EventJson } from './dead-letters/replay.ts';
import { letterRoutes } from './dead-letters/routes.ts';
import { decode, type HttpMessage } from './decode.ts';
import { EventRouter } from './event-router.ts';
import { interfaceNames } from './interfaces/interface-name.ts';
import { MemoryExposed } from './interfaces/memory-exposed.ts';
import { interfacesOf } from './interfaces/interfaces-of-receiver.ts';
import { decodeNotification } from './notification.ts';
import { EventHandler } from './handle.ts';
import { MemoryFunctions } from './memory-functions.ts';
import { notifyBy } from './notify.ts';
import { RateLimiter } from './rate-limiter.ts';
import { receiveAlertsBy } from './receive-alerts.ts';
import { type Handle, receiveBy } from './receive.ts';
import { receiverTelemetry } from './receiver-telemetry.ts';
import { keepRefused } from './refused-delivery.ts';
import { EventSchemas } from './schemas.ts';
import { serviceAccountUser } from './sender.ts';
import { buildServer, defaultServerLimits, type ServerLimits } from './server.ts';
import { receiveUndeliverableBy } from './undeliverable.ts';

/** Limits that a test reaches with little. */
export const memoryLimits = { ...defaultServerLimits, bodyBytes: 65_536, headerBytes: 8192, concurrency: 4 };

/** By which Alertmanager proves itself. */
export const alertToken = 'token-of-alertmanager';

const users = new Map([
  ['good', serviceAccountUser('ci', 'deployer')],
  ['reader', serviceAccountUser('ci', 'reader')],
]);

/** The whole of the receiver over functions and dead letters in memory, for tests. */
export class MemoryReceiver {
  readonly functions = new MemoryFunctions();
  readonly letters: DeadLetter[] = [];
  /** What was handed to the Brokers of targets, each as `kind namespace/name`. */
  readonly routed: (readonly [target: string, event: CloudEvent])[] = [];
  /** Put in by a test: functions and agents that others may call, and where each serves. */
  readonly exposed = new MemoryExposed();
  readonly addresses = new Map<string, string>();
  /** Lines of the audit log. */
  readonly audited: AuditRecord[] = [];
  /** What the Broker of the environment was told, and, put in by a test, why it takes nothing. */
  readonly told: CloudEvent[] = [];
  readonly brokerFaults: string[] = [];
  /** Put in by a test: the table of intents. */
  intents: IntentRouter | undefined;
  /** Of what is a bug, or a store that fails. */
  readonly faults: unknown[] = [];
  /** Put in by a test: why it is not ready, and why nothing can be kept. */
  readonly notReady: string[] = [];
  readonly storeFaults: string[] = [];
  /** Letters that people ask for, and what they sent again. */
  readonly #objects = new MemoryObjects();
  readonly stored = openStore(this.#objects);
  readonly sentAgain: EventJson[] = [];
  /** Put in by a test: ids of events that the Broker does not take. */
  readonly refusedAgain = new Set<unknown>();
  readonly clock = new FakeClock();
  readonly server: FastifyInstance;

  constructor(limits: ServerLimits = memoryLimits) {
    this.server = this.#build(limits);
  }

  /** @returns its port */
  async listen(): Promise<number> {
    return Number(new URL(await this.server.listen({ port: 0, host: '127.0.0.1' })).port);
  }

  /** As it was before anything was sent. */
  reset(): void {
    this.functions.functions.clear();
    this.functions.before = () => {};
    this.exposed.objects.clear();
    this.addresses.clear();
    this.intents = undefined;
    for (const list of [
      this.letters,
      this.routed,
      this.audited,
      this.told,
      this.brokerFaults,
      this.faults,
      this.notReady,
      this.storeFaults,
    ])
      list.length = 0;
  }

  readonly #onFault = (error: unknown): void => void this.faults.push(error);

  readonly #keepDeadLetter = async (letter: DeadLetter): Promise<void> => {
    if (this.storeFaults[0] !== undefined) throw new Error(this.storeFaults[0]);
    this.letters.push(letter);
  };

  readonly #tell = async (event: CloudEvent): Promise<void> => {
    if (this.brokerFaults[0] !== undefined) throw new Error(this.brokerFaults[0]);
    this.faults.push(...sentEventFaults(event.type, event.data.kind === 'json' ? event.data.value : undefined));
    this.told.push(event);
  };

  readonly #sendAgain = async (_namespace: string, event: EventJson): Promise<void> => {
    if (this.refusedAgain.has(event['id'])) throw new Error('the Broker answers 503');
    this.sentAgain.push(event);
  };

  #build(limits: ServerLimits): FastifyInstance {
    const { clock } = this;
    const [registry, onFault, keepDeadLetter] = [new MetricRegistry(), this.#onFault, this.#keepDeadLetter];
    const telemetry = receiverTelemetry(registry, clock);
    const audit = async (record: AuditRecord): Promise<void> => void this.audited.push(record);
    const keep = keepRefused({ keepDeadLetter, today });
    const handler = new EventHandler({
      schemas: new EventSchemas(),
      commands: new Commands(this.functions, today),
      admit: admitBy(access),
      authorizeFor: (sender) => authorizeBy(access, sender),
      findChanged: (changes) => this.functions.changedBy(changes),
      invoke: () => Promise.resolve(),
      orders: new EventOrders({
        letters: this.stored,
        store: this.#objects,
        send: this.#sendAgain,
        onSent: telemetry.replayed,
        authorize: authorizeLettersBy(access),
        notify: notifyBy({ send: this.#tell, keepDeadLetter, namespace: 'functions', today }),
        controlNamespace: 'control',
        clock: systemClock,
        today,
        newId: randomUUID,
      }),
      switchAgent: () => Promise.resolve('changed'),
      router: new EventRouter({
        router: () => this.intents,
        classifierOf: () => undefined,
        authorize: authorizeRouteBy(access),
        deliver: async ({ kind, name, namespace }, event) => {
          if (this.storeFaults[0] !== undefined) throw unavailable(this.storeFaults[0], undefined);
          this.routed.push([`${kind} ${namespace}/${name}`, event]);
        },
        count: (intent, by) => telemetry.routed(intent, by),
        clock,
      }),
      keepRefused: keep,
      audit,
      telemetry,
      defaultNamespace: 'functions',
      clock,
    });
    const authenticate = authenticateBy({
      reviewToken: (token) => Promise.resolve(users.get(token)),
      signingKeys: () => [],
      brokerKeys: () => ({ current: 'key', accepted: ['key'] }),
      meshDomain: undefined,
      allowAnonymous: false,
      today,
    });
    const limiter = new RateLimiter({ perSecond: 1, burst: 1000 }, clock);
    const receiving = {
      authenticate,
      limiter,
      decode: (request: HttpMessage) => decode(request, { batchSize: 100 }),
      keepRefused: keep,
      onFault,
    };
    const handle: Handle = (event, sender) => handler.handle(event, sender);
    return buildServer({
      receive: receiveBy({ ...receiving, handle }),
      receiveIntent: receiveBy({ ...receiving, handle: (event, sender) => handler.route(event, sender) }),
      receiveNotification: receiveBy({ ...receiving, handle, decode: decodeNotification }),
      receiveAlerts: receiveAlertsBy({
        authenticate: authenticateAlertsBy({
          authenticate,
          tokens: () => [alertToken],
          user: serviceAccountUser('control', alertAccount),
        }),
        limiter,
        authorize: authorizeAlertsBy(access, 'functions'),
        notify: notifyBy({ send: this.#tell, keepDeadLetter, namespace: 'functions', today }),
        onFault,
      }),
      receiveUndeliverable: receiveUndeliverableBy({ authenticate, keepDeadLetter, today, onFault }),
      letters: letterRoutes({
        letters: this.stored,
        send: this.#sendAgain,
        onSent: telemetry.replayed,
        authenticate,
        authorize: authorizeLettersBy(access),
        controlNamespace: 'control',
        clock: systemClock,
      }),
      interfaces: interfacesOf({
        served: interfaceNames,
        client: this.exposed,
        authenticate,
        limiter,
        access,
        calls: limits.concurrency,
        callMs: 60_000,
        addressOf: ({ name }) => this.addresses.get(name) ?? nobody,
        audit,
        telemetry,
        url: 'https://lambda.example.com',
        audience: receiverAudience,
        version: '1.2.3',
        namespaces: [],
        clock,
        newId: randomUUID,
        onWrong: ({ name }, fault) => this.exposed.wrong.push(`${name}: ${fault}`),
      }),
      supervision: undefined,
      budgets: undefined,
      ready: [{ name: 'schemas', fault: () => this.notReady[0] }],
      isDraining: () => false,
      metrics: { contentType: registry.contentType, body: () => registry.render() },
      telemetry,
      clock,
      limits,
      newId: () => 'new-id',
      onFault,
    });
  }
}

/** Where nobody listens. */
const nobody = 'http://127.0.0.1:1/';

const onFault = (error: unknown): never => {
  throw error;
};

function openStore(store: MemoryObjects): LetterStore {
  let drawn = 0;
  const newId = (): string => String((drawn += 1)).padStart(6, '0');
  return new LetterStore({ store, today, newId, onFault });
}

const today = (): Date => new Date('2026-01-01T12:00:00Z');

const access = {
  reviewAccess: (
    { username }: { readonly username: string },
    verb: string,
    { name }: { readonly name: string },
    resource = '',
  ) =>
    Promise.resolve(
      !username.endsWith('reader') || (verb === 'get' && (resource.endsWith('/deadletters') || name === 'for-readers')),
    ),
  serves: (namespace: string) => namespace !== 'elsewhere',
};
