import type { Fault } from './fault.ts';

/**
 * Why a request or an event is not carried out: the HTTP status, whether the sender helps by trying again, and the
 * sentence for people. Never 404 or 409, which the broker tries again although nothing would change.
 */
export const refusalReasons = {
  method_not_allowed: { status: 405, isPermanent: true, text: 'only POST is taken here' },
  invalid_cloudevent: { status: 400, isPermanent: true, text: 'the request is no CloudEvent of version 1.0' },
  schema_validation_failed: { status: 400, isPermanent: true, text: 'the data break the schema of the event type' },
  reserved_metadata: {
    status: 400,
    isPermanent: true,
    text: 'labels and annotations of the product are not for senders',
  },
  unauthenticated: { status: 401, isPermanent: true, text: 'nothing proves who sends' },
  forbidden: { status: 403, isPermanent: true, text: 'the sender may not do this' },
  payload_too_large: { status: 413, isPermanent: true, text: 'the request is above the limit' },
  unsupported_media_type: { status: 415, isPermanent: true, text: 'the media type or encoding is not read' },
  unknown_target: { status: 422, isPermanent: true, text: 'there is no such function' },
  unsupported_invocation: { status: 422, isPermanent: true, text: 'the function is not invoked that way' },
  no_route: { status: 422, isPermanent: true, text: 'no intent of the table fits, or there is no table' },
  too_many_hops: { status: 422, isPermanent: true, text: 'the event was routed too often' },
  invalid_function: { status: 422, isPermanent: true, text: 'the API server refuses the function' },
  rate_limit_exceeded: { status: 429, isPermanent: false, text: 'too many requests' },
  dependency_unavailable: { status: 503, isPermanent: false, text: 'something that is needed does not answer' },
} as const satisfies Readonly<Record<string, { status: number; isPermanent: boolean; text: string }>>;

export type RefusalReason = keyof typeof refusalReasons;

/** Thrown where a request or an event ends without effect. Its message and faults go to the sender, so no secret. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  readonly faults: readonly Fault[];
  /** After which another attempt has a point; undefined where the reason says that none has. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: RefusalReason,
    message: string,
    {
      faults = [],
      retryAfterMs,
      cause,
    }: { faults?: readonly Fault[]; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    // an answer and no fault: nobody reads where it was made, and to find that out takes a tenth of a request
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.reason = reason;
    this.faults = faults;
    this.retryAfterMs = retryAfterMs;
  }

  get status(): number {
    return refusalReasons[this.reason].status;
  }
}
