/**
 * Why a source could not be read, by the reason that goes into the condition SourceReady.
 * `author`: somebody must change the function, its Secret or the source; the same plan fails again.
 * `passing`: the same plan may succeed later. `changed`: the source must be resolved again first.
 */
export const failures = {
  PlanInvalid: 'author',
  CredentialsMissing: 'author',
  CredentialsRefused: 'author',
  Forbidden: 'author',
  NotFound: 'author',
  TooLarge: 'author',
  UnsafeContent: 'author',
  ArchiveInvalid: 'author',
  MainFileMissing: 'author',
  AddressRefused: 'author',
  RedirectRefused: 'author',
  CertificateRefused: 'author',
  Unsupported: 'author',
  SourceChanged: 'changed',
  Truncated: 'passing',
  Unreachable: 'passing',
  TimedOut: 'passing',
  ServerFailed: 'passing',
  WorkspaceFull: 'passing',
  Interrupted: 'passing',
  InternalError: 'passing',
} as const satisfies Record<string, 'author' | 'passing' | 'changed'>;

export type FailureReason = keyof typeof failures;

/** A source that cannot be read, and why: one line for the author. Anything else that is thrown is a bug. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Whether the same plan, or the same function resolved again, may succeed without anybody's help. */
export function isRetryable(reason: FailureReason): boolean {
  return failures[reason] !== 'author';
}
