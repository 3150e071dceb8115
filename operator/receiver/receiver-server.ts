import { randomUUID } from 'node:crypto';
import { alertAccount, authenticateAlertsBy } from './alert-token.ts';
import { authenticateBy } from './authenticate.ts';
import { authorizeAlertsBy, authorizeLettersBy } from './authorize.ts';
import type { DeadLetters } from './dead-letters/letters-of-receiver.ts';
import { letterRoutes } from './dead-letters/routes.ts';
import { decode, type HttpMessage } from './decode.ts';
import type { EventHandler } from './handle.ts';
import { interfacesOf } from './interfaces/interfaces-of-receiver.ts';
import { decodeNotification } from './notification.ts';
import { RateLimiter } from './rate-limiter.ts';
import { type Handle, receiveBy } from './receive.ts';
import { receiveAlertsBy } from './receive-alerts.ts';
import type { ReceiverParts } from './receiver-parts.ts';
import type { refreshedSettings } from './refreshed-settings.ts';
import { keepRefused } from './refused-delivery.ts';
import { serviceAccountUser } from './sender.ts';
import { buildServer, type ServerProps } from './server.ts';
import { reviewTokens } from './token-review.ts';
import { receiveUndeliverableBy } from './undeliverable.ts';

interface ServingParts
  extends ReceiverParts, Pick<ServerProps, 'supervision' | 'budgets' | 'ready' | 'isDraining' | 'metrics'> {
  readonly handler: EventHandler;
  readonly refreshed: ReturnType<typeof refreshedSettings>;
  /** Undefined where none are stored. */
  readonly deadLetters: DeadLetters | undefined;
}

/** The doors of the receiver: who may come in by each, and what happens then. */
export function serverOf(parts: ServingParts) {
  const { access, audit, client, clock, config, deadLetters, handler, keepDeadLetter, log, notify } = parts;
  const { budgets, isDraining, metrics, ready, refreshed, supervision, telemetry, today } = parts;
  const onFault = (err: unknown): void => log.error({ err }, 'an event was not handled');
  const authenticate = authenticateBy({
    reviewToken: reviewTokens({ client, clock, audience: config.audience }),
    signingKeys: refreshed.signingKeys.current,
    brokerKeys: refreshed.brokerKeys.current,
    meshDomain: config.meshDomain,
    allowAnonymous: config.allowAnonymous,
    today,
  });
  const controlNamespace = config.controlNamespace ?? config.defaultNamespace;
  const limiter = new RateLimiter(config.rate, clock);
  const receiving = {
    authenticate,
    limiter: limiter.forRoute('events'),
    decode: (request: HttpMessage) => decode(request, config),
    keepRefused: keepRefused({ keepDeadLetter, today }),
    onFault,
  };
  const handle: Handle = (event, sender) => handler.handle(event, sender);
  return buildServer({
    receive: receiveBy({ ...receiving, handle }),
    receiveIntent: receiveBy({
      ...receiving,
      limiter: limiter.forRoute('intents'),
      handle: (event, sender) => handler.route(event, sender),
    }),
    receiveNotification: receiveBy({
      ...receiving,
      limiter: limiter.forRoute('notifications'),
      handle,
      decode: decodeNotification,
    }),
    receiveAlerts: receiveAlertsBy({
      authenticate: authenticateAlertsBy({
        authenticate,
        tokens: refreshed.alertTokens.current,
        user: serviceAccountUser(controlNamespace, alertAccount),
      }),
      limiter: limiter.forRoute('alerts'),
      authorize: authorizeAlertsBy(access, config.defaultNamespace),
      notify,
      onFault,
    }),
    receiveUndeliverable: receiveUndeliverableBy({ authenticate, keepDeadLetter, today, onFault }),
    letters:
      deadLetters &&
      letterRoutes({
        letters: deadLetters.letters,
        send: deadLetters.send,
        onSent: telemetry.replayed,
        authenticate,
        authorize: authorizeLettersBy(access),
        controlNamespace,
        clock,
      }),
    interfaces: interfacesOf({
      ...config.interfaces,
      client,
      authenticate,
      limiter: limiter.forRoute('interfaces'),
      access,
      calls: config.limits.concurrency,
      audit,
      telemetry,
      audience: config.audience,
      version: config.build.version,
      namespaces: config.watchedNamespaces,
      clock,
      newId: randomUUID,
      onWrong: ({ kind, name, namespace }, fault) => log.warn({ kind, namespace, name, fault }, 'this is no tool'),
    }),
    supervision,
    budgets,
    ready,
    isDraining,
    metrics,
    telemetry,
    clock,
    limits: config.limits,
    newId: randomUUID,
    onFault,
  });
}
