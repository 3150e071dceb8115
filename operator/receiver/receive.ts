import { type Answer, acceptedAnswer, batchAnswer, refusedAnswer } from './answer.ts';
import type { Authenticate, UnknownRequest } from './authenticate.ts';
import { type CloudEvent, correlationOf } from './cloud-event.ts';
import { originalRequest } from './dead-letter.ts';
import type { Decode, Decoded } from './decode.ts';
import type { Handled } from './handle.ts';
import type { Allowance, RateLimiter } from './rate-limiter.ts';
import { Refusal } from './refusal.ts';
import type { KeepRefused } from './refused-delivery.ts';
import type { Sender } from './sender.ts';

/** A request with events, of which nothing is known yet. */
export interface EventRequest extends UnknownRequest {
  readonly correlationId: string;
}

/** The answer to a request with events. Rejects with what is a bug only. */
export type Receive = (request: EventRequest) => Promise<Answer>;

/** Gives one event its effect. Rejects with a Refusal. */
export type Handle = (event: CloudEvent, sender: Sender) => Promise<Handled>;

export interface ReceiveProps {
  readonly authenticate: Authenticate;
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly handle: Handle;
  readonly keepRefused: KeepRefused;
  readonly decode: Decode;
  /** Told of a failure that is a bug; the event comes again. */
  readonly onFault: (error: unknown) => void;
}

/** Who sends, whether it is too much, what it is, and then what it does. */
export function receiveBy(props: ReceiveProps): Receive {
  return async (request) => {
    const { correlationId } = request;
    try {
      const sender = await props.authenticate(request);
      // its Trigger holds a Broker back; a 429 would count against the attempts of the event
      if (sender.kind === 'broker') return await answerAllowed(request, sender);
      const allowance = props.limiter.take(sender.user.username);
      return withLimit(allowance, await answerOf(request, sender, allowance));
    } catch (error) {
      return refuse(error, correlationId);
    }
  };

  async function answerOf(request: EventRequest, sender: Sender, allowance: Allowance): Promise<Answer> {
    const { correlationId } = request;
    if (!allowance.isAllowed) {
      const { retryAfterMs } = allowance;
      return refuse(
        new Refusal('rate_limit_exceeded', 'too many requests; send again later', { retryAfterMs }),
        correlationId,
      );
    }
    return answerAllowed(request, sender);
  }

  async function answerAllowed(request: EventRequest, sender: Sender): Promise<Answer> {
    const { correlationId } = request;
    try {
      const decoded = await decodeOrKeep(request, sender);
      if (decoded.kind === 'one') return await answerOne(decoded.event, sender, request);
      const answers: Answer[] = [];
      // in order: a later event of a batch may need what an earlier one makes
      for (const event of decoded.events) answers.push(await answerOne(event, sender, request));
      return batchAnswer(answers, correlationId);
    } catch (error) {
      return refuse(error, correlationId);
    }
  }

  async function decodeOrKeep(request: EventRequest, sender: Sender): Promise<Decoded> {
    try {
      return props.decode(request);
    } catch (error) {
      if (error instanceof Refusal) await props.keepRefused(originalRequest(request), sender, error);
      throw error;
    }
  }

  async function answerOne(sent: CloudEvent, sender: Sender, request: EventRequest): Promise<Answer> {
    const event = withContext(sent, request);
    const correlationId = correlationOf(event);
    try {
      return acceptedAnswer({ id: event.id, correlationId }, await props.handle(event, sender));
    } catch (error) {
      return refuse(error, correlationId);
    }
  }

  function refuse(error: unknown, correlationId: string): Answer {
    if (!(error instanceof Refusal)) props.onFault(error);
    return refusedAnswer(error, correlationId);
  }
}

/** An event that does not say what it is part of is part of its request. */
function withContext(event: CloudEvent, { correlationId, headers }: EventRequest): CloudEvent {
  const { traceparent } = headers;
  const context: Record<string, string> = { correlationid: correlationId };
  if (typeof traceparent === 'string' && /^[0-9a-f-]{55}$/.test(traceparent)) context['traceparent'] = traceparent;
  return { ...event, extensions: { ...context, ...event.extensions } };
}

/** As in draft-ietf-httpapi-ratelimit-headers. */
const withLimit = ({ remaining, retryAfterMs }: Allowance, answer: Answer): Answer => ({
  ...answer,
  headers: { ratelimit: `"tenant";r=${remaining};t=${Math.ceil(retryAfterMs / 1000)}`, ...answer.headers },
});
