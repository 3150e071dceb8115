import { z } from 'zod';

const statusSchema = z.looseObject({ reason: z.string().default(''), message: z.string().default('') });

/** An answer of the API server that is no success, with the words it used. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Reason in CamelCase such as `Forbidden`; empty where the server gave none. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export function toApiError(status: number, body: unknown): ApiError {
  const parsed = statusSchema.safeParse(body);
  if (!parsed.success) return new ApiError(status, '', `status ${status}: ${String(body)}`);
  return new ApiError(status, parsed.data.reason, parsed.data.message);
}
