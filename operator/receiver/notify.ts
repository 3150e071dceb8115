import { unavailable } from './api-refusal.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { KeepDeadLetter } from './dead-letter.ts';
import { serviceAccountUser } from './sender.ts';

/** Tells an event to whoever listens; resolves once it cannot be lost any more. Rejects with a Refusal. */
export type Notify = (event: CloudEvent) => Promise<void>;

export interface NotifyProps {
  /** Resolves once the Broker has the event. */
  readonly send: (event: CloudEvent) => Promise<void>;
  readonly keepDeadLetter: KeepDeadLetter;
  /** Of the Broker. */
  readonly namespace: string;
  readonly today: () => Date;
}

/** Account whose letters are sent again by themselves. */
const ownAccount = 'knative-lambda-receiver';

/** What the Broker does not take is a dead letter, which is sent again by itself: the outbox of the receiver. */
export function notifyBy({ keepDeadLetter, namespace, send, today }: NotifyProps): Notify {
  return async (event) => {
    try {
      await send(event);
    } catch (refused) {
      const message = refused instanceof Error ? refused.message : 'the Broker does not take it';
      await keepDeadLetter({
        original: { kind: 'event', event },
        namespace,
        reason: 'undeliverable',
        message,
        refusedAt: today().toISOString(),
        attempts: 1,
        deaths: [],
        handedInBy: serviceAccountUser(namespace, ownAccount).username,
      }).catch((cause: unknown) => {
        throw unavailable('neither the Broker nor the store of dead letters takes a notification', undefined, cause);
      });
    }
  };
}
