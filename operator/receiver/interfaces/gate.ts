import type { Authenticate, UnknownRequest } from '../authenticate.ts';
import { isJson, parseMediaType } from '../media-type.ts';
import type { RateLimiter } from '../rate-limiter.ts';
import { Refusal } from '../refusal.ts';
import type { Sender } from '../sender.ts';

export interface GateProps {
  readonly authenticate: Authenticate;
  readonly limiter: Pick<RateLimiter, 'take'>;
  /** Of the pages that may call from a browser. */
  readonly origin: string;
}

/** Says who calls. Rejects with a Refusal where nothing proves it, it is too much, or a page of another site asks. */
export type EnterGate = (request: UnknownRequest) => Promise<Sender>;

/** As for events; and a browser says where the page is from that sends (MCP 2026-07-28, transports/streamable-http). */
export function gateBy({ authenticate, limiter, origin }: GateProps): EnterGate {
  return async (request) => {
    const from = request.headers['origin'];
    if (from !== undefined && from !== origin) throw new Refusal('forbidden', 'the page is of another site');
    const sender = await authenticate(request);
    const { isAllowed, retryAfterMs } = limiter.take(sender.user.username);
    if (!isAllowed) throw new Refusal('rate_limit_exceeded', 'too many requests; send again later', { retryAfterMs });
    if (request.method === 'POST') refuseOtherMedia(request);
    return sender;
  };
}

function refuseOtherMedia({ headers }: UnknownRequest): void {
  const type = headers['content-type'];
  const media = typeof type === 'string' ? parseMediaType(type) : undefined;
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (media !== undefined && isJson(media) && isPlain) return;
  throw new Refusal('unsupported_media_type', 'content-type: allowed application/json, not compressed');
}
