import { ApiError, ConnectionError } from '../kube/api-error.ts';
import type { FunctionReference } from './command.ts';
import { type Fault, pointerTo } from './fault.ts';
import { Refusal } from './refusal.ts';

const unavailableRetryMs = 5000;

/** What a failure of the API server means to the sender; anything that is none of its failures is thrown on. */
export function toRefusal(error: unknown, { name, namespace }: FunctionReference): Refusal {
  const subject = `function ${namespace}/${name}`;
  if (error instanceof Refusal) return error;
  if (error instanceof ConnectionError) return unavailable('the API server does not answer', undefined, error);
  if (!(error instanceof ApiError)) throw error;
  switch (error.status) {
    case 400:
    case 413:
    case 422:
      return new Refusal('invalid_function', `${subject}: ${error.message}`, { faults: faultsOf(error), cause: error });
    case 403:
      return new Refusal('forbidden', `${subject}: ${error.message}`, { cause: error });
    case 404:
      return new Refusal('unknown_target', `no namespace ${namespace}`, { cause: error });
    case 429:
      return unavailable('the API server is busy', error.retryAfterMs, error);
    default:
      return unavailable(`the API server answers ${error.status}`, error.retryAfterMs, error);
  }
}

export const unavailable = (message: string, retryAfterMs: number | undefined, cause?: unknown): Refusal =>
  new Refusal('dependency_unavailable', message, { retryAfterMs: retryAfterMs ?? unavailableRetryMs, cause });

/** Fields such as `spec.env[0].name` as pointers into the event. */
const faultsOf = ({ details }: ApiError): readonly Fault[] =>
  details.map(({ field, message }) => ({
    pointer: pointerTo('data', ...field.split(/[.[\]]+/).filter((part) => part !== '')),
    message,
  }));
