import { FetchError, type FailureReason } from '../failure.ts';

function reasonOf(status: number): FailureReason {
  switch (status) {
    case 401:
      return 'CredentialsRefused';
    case 403:
      return 'Forbidden';
    case 404:
    case 410:
      return 'NotFound';
    case 412:
      return 'SourceChanged';
    default:
      return 'ServerFailed';
  }
}

const advice: Partial<Readonly<Record<FailureReason, string>>> = {
  CredentialsRefused: 'correct the Secret of the source',
  Forbidden: 'grant its credentials the right to read it',
  NotFound: 'correct its name, or create it',
  SourceChanged: 'it is resolved again',
  ServerFailed: 'it is tried again',
};

/** What an answer other than success means: what was asked for, what came back, what to do. */
export function toStatusFault(what: string, status: number, detail = '', reason = reasonOf(status)): FetchError {
  const said = detail === '' ? `${status}` : `${status}, ${detail}`;
  return new FetchError(reason, `${what}: got ${said}; ${advice[reason] ?? 'see its message'}`);
}
