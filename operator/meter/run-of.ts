import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** version-traceid-parentid-flags (W3C Trace Context, 3.2). */
const traceParent = /^[0-9a-f]{2}-(?<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/**
 * Which run a call belongs to: that of the event, or of the trace, that the agent passes on; without either it is one of its own.
 * A hash, as headers are anybody's and this is stored.
 */
export function runOf(
  { 'ce-id': event, 'ce-source': source = '', traceparent }: IncomingHttpHeaders,
  id: string,
): string {
  if (typeof event === 'string' && event !== '') return hashOf(`event ${String(source)} ${event}`);
  const trace = typeof traceparent === 'string' ? traceParent.exec(traceparent)?.groups?.['trace'] : undefined;
  return hashOf(trace === undefined ? `call ${id}` : `trace ${trace}`);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
