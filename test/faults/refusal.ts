import { type RefusalKind, refusals } from './fault.ts';

/** The Status object that the API server sends with a refusal. */
export function refusalBody(kind: RefusalKind): object {
  const { status, reason } = refusals[kind];
  const message = `refused by the proxy: ${kind}`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status };
}

export function refusalHeaders(kind: RefusalKind): Record<string, string> {
  const refusal = refusals[kind];
  return {
    'content-type': 'application/json',
    ...('retryAfterSeconds' in refusal ? { 'retry-after': String(refusal.retryAfterSeconds) } : {}),
  };
}
