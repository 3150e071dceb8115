import type { CloudEvent } from './cloud-event.ts';
import type { HttpMessage } from './decode.ts';
import { refusalReasons } from './refusal.ts';

/** What could not be carried out: an event, or a request that is none. */
export type Original =
  | { readonly kind: 'event'; readonly event: CloudEvent }
  /** The headers that say what it is, and its body in base64; undefined for one that was too large to read. */
  | { readonly kind: 'request'; readonly headers: HttpMessage['headers']; readonly body: string | undefined };

/** What a Broker or RabbitMQ gave up; the words of RabbitMQ are its own (`x-death`). */
export const givenUpReasons = {
  undeliverable: { isPermanent: false, text: 'a Broker could not deliver it' },
  delivery_limit: { isPermanent: false, text: 'it came back to its queue too often' },
  expired: { isPermanent: false, text: 'it waited in its queue for too long' },
  maxlen: { isPermanent: false, text: 'its queue was full' },
  rejected: { isPermanent: true, text: 'who read its queue refused it' },
  undecodable: { isPermanent: true, text: 'it is no CloudEvent' },
} as const;

/** Why something is a dead letter, and whether it stays one until a person has mended something. */
export const deadLetterReasons = { ...refusalReasons, ...givenUpReasons } as const;

export type DeadLetterReason = keyof typeof deadLetterReasons;

export const isDeadLetterReason = (name: string): name is DeadLetterReason => Object.hasOwn(deadLetterReasons, name);

/** One time at which RabbitMQ gave a message up (`x-death`). */
export interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
  /** RFC 3339. */
  readonly time: string;
}

/** A delivery that failed for good, with all that a person needs to mend it and send it again. */
export interface DeadLetter {
  readonly original: Original;
  /** Of the Broker that brought it, or of the function that it was for. */
  readonly namespace: string;
  readonly reason: DeadLetterReason;
  readonly message: string;
  /** RFC 3339. */
  readonly refusedAt: string;
  /** Deliveries that were tried; undefined where nobody says. */
  readonly attempts: number | undefined;
  /** Times at which RabbitMQ gave it up, the last one first. */
  readonly deaths: readonly Death[];
  /** User name of whoever handed it in; empty for somebody who did not prove who they are. */
  readonly handedInBy: string;
}

/** Keeps dead letters; resolves only once one is kept for good. */
export type KeepDeadLetter = (letter: DeadLetter) => Promise<void>;

/** A request as a dead letter has it: nothing that opens a door. */
export function originalRequest({ body, headers }: HttpMessage): Original {
  const kept = Object.entries(headers).filter(([name]) => name === 'content-type' || name.startsWith('ce-'));
  return {
    kind: 'request',
    headers: Object.fromEntries(kept),
    body: body.length === 0 ? undefined : body.toString('base64'),
  };
}
