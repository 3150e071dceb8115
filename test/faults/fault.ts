/** Answers of the proxy itself, in the API server's place. */
export const refusals = {
  'expired-token': { status: 401, reason: 'Unauthorized' },
  gone: { status: 410, reason: 'Expired' },
  'too-many-requests': { status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  'internal-error': { status: 500, reason: 'InternalError' },
  unavailable: { status: 503, reason: 'ServiceUnavailable' },
} as const;

export type RefusalKind = keyof typeof refusals;

/** What can go wrong with each kind of traffic; `event` is one line of a watch that is open. */
export const faultKinds = {
  watch: [
    'drop-request',
    'cut-headers',
    'stall-request',
    'expired-token',
    'gone',
    'too-many-requests',
    'internal-error',
    'unavailable',
  ],
  list: [
    'drop-request',
    'drop-answer',
    'cut-headers',
    'cut-body',
    'slow-body',
    'stall-request',
    'expired-token',
    'gone',
    'too-many-requests',
    'internal-error',
    'unavailable',
  ],
  read: ['drop-request', 'drop-answer', 'cut-headers', 'cut-body', 'expired-token', 'too-many-requests', 'unavailable'],
  write: [
    'drop-request',
    'drop-answer',
    'cut-headers',
    'cut-body',
    'stall-request',
    'expired-token',
    'too-many-requests',
    'internal-error',
    'unavailable',
  ],
  event: [
    'cut-event',
    'truncate-event',
    'duplicate-event',
    'reorder-events',
    'pause-watch',
    'stall-watch',
    'end-watch',
    'expired-event',
    'failed-event',
  ],
} as const;

export type Traffic = Exclude<keyof typeof faultKinds, 'event'>;
export type ExchangeFaultKind = (typeof faultKinds)[Traffic][number];
export type EventFaultKind = (typeof faultKinds)['event'][number];
export type FaultKind = ExchangeFaultKind | EventFaultKind;

/** One thing that goes wrong. */
export interface Fault<Kind extends FaultKind> {
  readonly kind: Kind;
  /** How far into the bytes, from 0 to 1, where some are cut. */
  readonly at: number;
}

export const isRefusal = (kind: FaultKind): kind is RefusalKind => Object.hasOwn(refusals, kind);

/** What the traffic of a request is. A list is told by its limit, which only lists have. */
export function trafficOf(method: string, url: URL): Traffic {
  if (method !== 'GET') return 'write';
  if (['1', 'true'].includes(url.searchParams.get('watch') ?? '')) return 'watch';
  return url.searchParams.has('limit') ? 'list' : 'read';
}
