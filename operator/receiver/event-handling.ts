import { randomUUID } from 'node:crypto';
import type { IntentRouter } from '../intents/index.ts';
import { switchAgents } from './agent-switches.ts';
import { admitBy, authorizeBy, authorizeLettersBy, authorizeRouteBy } from './authorize.ts';
import { invokeByBroker } from './broker-invoker.ts';
import { findChangedIn } from './changed-functions.ts';
import { classifyBy } from './classifier.ts';
import { Commands } from './commands.ts';
import { EventRouter } from './event-router.ts';
import { KubeFunctionStore } from './function-store.ts';
import { EventHandler } from './handle.ts';
import { EventOrders } from './dead-letters/event-orders.ts';
import type { DeadLetters } from './dead-letters/letters-of-receiver.ts';
import { deliverByBroker } from './intent-delivery.ts';
import type { ReceiverParts } from './receiver-parts.ts';
import { keepRefused } from './refused-delivery.ts';
import type { EventSchemas } from './schemas.ts';

interface HandlingParts extends ReceiverParts {
  readonly schemas: EventSchemas;
  /** Undefined where none are stored. */
  readonly deadLetters: DeadLetters | undefined;
  /** The table of intents as it is now; undefined where there is none. */
  readonly intents: () => IntentRouter | undefined;
}

/** Gives events their effects on the cluster. */
export function handlerOf(parts: HandlingParts): EventHandler {
  const { access, audit, client, clock, config, intents, keepDeadLetter, schemas, telemetry, today } = parts;
  return new EventHandler({
    schemas,
    commands: new Commands(new KubeFunctionStore(client), today),
    admit: admitBy(access),
    authorizeFor: (sender) => authorizeBy(access, sender),
    findChanged: findChangedIn({ client, clock, namespaces: config.watchedNamespaces }),
    invoke: invokeByBroker(),
    orders: ordersOf(parts),
    switchAgent: switchAgents({ client, reviewAccess: access.reviewAccess, today }),
    router: new EventRouter({
      router: intents,
      classifierOf: classifyBy,
      authorize: authorizeRouteBy(access),
      deliver: deliverByBroker(config.agentBroker),
      count: (intent, by) => telemetry.routed(intent, by),
      clock,
    }),
    keepRefused: keepRefused({ keepDeadLetter, today }),
    audit,
    telemetry,
    defaultNamespace: config.defaultNamespace,
    clock,
  });
}

/** Orders about dead letters that come as events. */
function ordersOf({ access, clock, config, deadLetters, notify, telemetry, today }: HandlingParts) {
  if (deadLetters === undefined) return undefined;
  const { letters, send, store } = deadLetters;
  return new EventOrders({
    letters,
    send,
    store,
    clock,
    today,
    notify,
    onSent: telemetry.replayed,
    authorize: authorizeLettersBy(access),
    controlNamespace: config.controlNamespace ?? config.defaultNamespace,
    newId: randomUUID,
  });
}
