import { Refusal } from './refusal.ts';

/** An answer of the events API. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Of an event that was accepted; `outcome` says what became of it. */
export const acceptedAnswer = (
  event: { readonly id: string; readonly correlationId: string },
  outcome: string,
): Answer => ({
  status: 202,
  headers: {},
  body: { status: 'accepted', eventId: event.id, correlationId: event.correlationId, outcome },
});

/** Of a request or an event that was refused. Any other failure is a bug: 503, so that the event comes again, and no detail. */
export function refusedAnswer(error: unknown, correlationId: string): Answer {
  const refusal = error instanceof Refusal ? error : new Refusal('dependency_unavailable', 'the receiver failed');
  const { faults, message, reason, retryAfterMs, status } = refusal;
  return {
    status,
    headers: {
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
    body: { error: reason, message, ...(faults.length === 0 ? {} : { details: faults }), correlationId },
  };
}

/**
 * Of a batch: what became of each event, in order. The code is the worst of them, one that asks to send again before one
 * that does not: what had its effect has none the second time.
 */
export function batchAnswer(answers: readonly Answer[], correlationId: string): Answer {
  const isTransient = ({ status }: Answer): boolean => status === 429 || status >= 500;
  const worst = answers.find(isTransient) ?? answers.find(({ status }) => status >= 400);
  const results = answers.map(({ body, status }) => ({ code: status, ...body }));
  return {
    status: worst?.status ?? 202,
    headers: worst?.headers ?? {},
    body: { status: worst === undefined ? 'accepted' : 'refused', correlationId, results },
  };
}
