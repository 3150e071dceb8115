import { z } from 'zod';

const causeSchema = z.looseObject({
  reason: z.string().default(''),
  message: z.string().default(''),
  field: z.string().default(''),
});

const detailsSchema = z.looseObject({
  causes: z.array(causeSchema).nullable().default([]),
  retryAfterSeconds: z.number().optional(),
});

const statusSchema = z.looseObject({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().default(''),
  message: z.string().default(''),
  details: detailsSchema.nullish(),
});

export interface ErrorCause {
  /** Such as `FieldValueInvalid`. */
  readonly reason: string;
  readonly message: string;
  /** Path of the field, empty where none is at fault. */
  readonly field: string;
}

interface ApiErrorProps {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly details?: readonly ErrorCause[];
}

/** A refusal of the API server, in the words that it used (meta/v1 Status). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** In CamelCase, such as `AlreadyExists`; empty where the server gave none. */
  readonly reason: string;
  /** How long the server asks to wait before the next attempt. */
  readonly retryAfterMs: number | undefined;
  readonly details: readonly ErrorCause[];

  constructor(props: ApiErrorProps) {
    super(props.message);
    this.status = props.status;
    this.reason = props.reason;
    this.retryAfterMs = props.retryAfterMs;
    this.details = props.details ?? [];
  }
}

/** No answer came, or only a part of one: the network, TLS, or a server that went away. */
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError';
  /** Code of Node.js, undici or TLS, such as `ECONNREFUSED`; empty where there is none. */
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A write that was not sent, as whoever acts under a lease no longer holds it. */
export class WriteRefusedError extends Error {
  override readonly name = 'WriteRefusedError';
}

/** No whole answer came in the time allowed. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';

  constructor(message: string) {
    super(message, 'ETIMEDOUT');
  }
}

const shownCharacters = 200;

/** What an answer says that is no success. The header is `Retry-After` in seconds, the one form that the API server uses. */
export function toApiError(status: number, text: string, retryAfter?: string): ApiError {
  const parsed = statusSchema.safeParse(parseJson(text));
  const retryAfterMs = toMilliseconds(Number(retryAfter));
  if (parsed.success) return fromStatus(parsed.data, status, retryAfterMs);
  const shown = text.trim().slice(0, shownCharacters);
  return new ApiError({ status, reason: '', message: shown || `status ${status} without a text`, retryAfterMs });
}

/** The Status inside an ERROR event of a watch. */
export function parseWatchError(value: unknown): ApiError {
  const parsed = statusSchema.safeParse(value);
  if (parsed.success) return fromStatus(parsed.data, 500);
  return new ApiError({ status: 500, reason: '', message: 'the watch ended with an error that is no Status' });
}

function fromStatus(status: z.output<typeof statusSchema>, code: number, retryAfterMs?: number): ApiError {
  return new ApiError({
    status: status.code ?? code,
    reason: status.reason,
    message: status.message || status.reason,
    retryAfterMs: retryAfterMs ?? toMilliseconds(status.details?.retryAfterSeconds ?? 0),
    details: status.details?.causes ?? [],
  });
}

const toMilliseconds = (seconds: number): number | undefined => (seconds > 0 ? seconds * 1000 : undefined);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hasStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

export const isInvalid = (error: unknown): error is ApiError => hasStatus(error, 422);
export const isUnauthorized = (error: unknown): error is ApiError => hasStatus(error, 401);
export const isForbidden = (error: unknown): error is ApiError => hasStatus(error, 403);
export const isNotFound = (error: unknown): error is ApiError => hasStatus(error, 404);
/** The version asked for is older than what the server remembers; list anew. */
export const isGone = (error: unknown): error is ApiError => hasStatus(error, 410);
export const isTooManyRequests = (error: unknown): error is ApiError => hasStatus(error, 429);
/** There is an object of this name already. */
export const isAlreadyExists = (error: unknown): error is ApiError =>
  hasStatus(error, 409) && error.reason === 'AlreadyExists';
/** Somebody else changed the object, owns a field, or a precondition does not hold. */
export const isConflict = (error: unknown): error is ApiError => hasStatus(error, 409) && !isAlreadyExists(error);
