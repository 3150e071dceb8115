import { acceptedAnswer, type Answer, refusedAnswer } from './answer.ts';
import { unavailable } from './api-refusal.ts';
import type { Authenticate } from './authenticate.ts';
import { type CloudEvent, correlationOf } from './cloud-event.ts';
import { type DeadLetter, type KeepDeadLetter, originalRequest } from './dead-letter.ts';
import { decode } from './decode.ts';
import { withExactData } from './exact-data.ts';
import type { EventRequest, Receive } from './receive.ts';
import { Refusal } from './refusal.ts';

export interface UndeliverableProps {
  readonly authenticate: Authenticate;
  readonly keepDeadLetter: KeepDeadLetter;
  readonly today: () => Date;
  /** Told of what is not kept; the Broker tries again. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Keeps what Brokers could not deliver. Whoever reaches this route may hand something in: a letter commands nothing, and
 * one that was turned away is lost. It says who did, and replay decides what that is worth.
 */
export function receiveUndeliverableBy(props: UndeliverableProps): Receive {
  return async (request) => {
    const letter = toLetter(request, props.today());
    const handedInBy = await nameOf(request, props.authenticate);
    try {
      await props.keepDeadLetter({ ...letter, handedInBy });
    } catch (error) {
      props.onFault(error);
      return refusedAnswer(unavailable('the dead letter is not kept yet', undefined), request.correlationId);
    }
    return accepted(letter, request);
  };
}

type Letter = Omit<DeadLetter, 'handedInBy'>;

function accepted({ original }: Letter, { correlationId }: EventRequest): Answer {
  const event =
    original.kind === 'event'
      ? { id: original.event.id, correlationId: correlationOf(original.event) }
      : { id: '', correlationId };
  return acceptedAnswer(event, 'kept');
}

const nameOf = (request: EventRequest, authenticate: Authenticate): Promise<string> =>
  authenticate(request).then(
    ({ user }) => user.username,
    () => '',
  );

function toLetter(request: EventRequest, now: Date): Letter {
  const refusedAt = now.toISOString();
  try {
    const decoded = decode(request, { batchSize: 1 });
    const [sent] = decoded.kind === 'one' ? [decoded.event] : decoded.events;
    if (sent !== undefined) return eventLetter(withExactData(sent, request), refusedAt);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  const message = 'what the Broker handed over is no CloudEvent';
  return {
    original: originalRequest(request),
    namespace: unknownNamespace,
    reason: 'undecodable',
    message,
    refusedAt,
    ...unknownAttempts,
  };
}

/** Namespace of a letter of which nobody knows where it was going. */
export const unknownNamespace = 'unknown';

const unknownAttempts = { attempts: undefined, deaths: [] } as const;

/** Attributes that a Broker adds: where it sent the event, and the answer (Knative Eventing, dead letter sink). */
const [destinationKey, codeKey] = ['knativeerrordest', 'knativeerrorcode'] as const;

function eventLetter(sent: CloudEvent, refusedAt: string): Letter {
  const { namespace, shown } = parseDestination(sent.extensions[destinationKey] ?? '');
  const extensions = { ...sent.extensions, ...(destinationKey in sent.extensions ? { [destinationKey]: shown } : {}) };
  return {
    original: { kind: 'event', event: { ...sent, extensions } },
    namespace,
    reason: 'undeliverable',
    message: `${shown || 'its destination'} answers ${sent.extensions[codeKey] ?? 'nothing'}`,
    refusedAt,
    ...unknownAttempts,
  };
}

/** The path of a Broker is a secret: what is kept ends before it. */
export function parseDestination(text: string): { readonly namespace: string; readonly shown: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return { namespace: unknownNamespace, shown: '' };
  const { broker } = /^\/broker\/(?<broker>[a-z0-9-]{1,63})\//.exec(url.pathname)?.groups ?? {};
  const { host } = /^[^.]+\.(?<host>[a-z0-9-]{1,63})\.svc(?:\.|$)/.exec(url.hostname)?.groups ?? {};
  return {
    namespace: broker ?? host ?? unknownNamespace,
    shown: broker === undefined ? `${url.origin}${url.pathname}` : `${url.origin}/broker/${broker}`,
  };
}
