import type { IntentRouter } from '../intents/index.ts';
import { switchAgents } from './agent-switches.ts';
import { admitBy, authorizeBy, authorizeRouteBy } from './authorize.ts';
import { invokeByBroker } from './broker-invoker.ts';
import { findChangedIn } from './changed-functions.ts';
import { classifyBy } from './classifier.ts';
import { Commands } from './commands.ts';
import { EventRouter } from './event-router.ts';
import { KubeFunctionStore } from './function-store.ts';
import { EventHandler } from './handle.ts';
import { deliverByBroker } from './intent-delivery.ts';
import type { ReceiverParts } from './receiver-parts.ts';
import { keepRefused } from './refused-delivery.ts';
import type { EventSchemas } from './schemas.ts';

interface HandlingParts extends ReceiverParts {
  readonly schemas: EventSchemas;
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
