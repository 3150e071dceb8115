import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { exchange } from './exchange.ts';
import type { Fault, FaultKind } from './fault.ts';
import { calm, type FaultPlan } from './fault-plan.ts';
import type { Upstream } from './upstream.ts';

/** A server on plain HTTP in front of another one, through which everything passes but what a plan lets go wrong. */
export interface FaultProxy {
  readonly url: string;
  /** How often each fault has happened. */
  readonly happened: ReadonlyMap<FaultKind, number>;
  /** Follows another plan from now on; at first everything passes. */
  follow(this: void, plan: FaultPlan): void;
  close(this: void): Promise<void>;
}

const addressSchema = z.object({ port: z.number() });

export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const happened = new Map<FaultKind, number>();
  let followed = calm;
  const count = <T extends Fault<FaultKind> | undefined>(fault: T): T => {
    if (fault !== undefined) happened.set(fault.kind, (happened.get(fault.kind) ?? 0) + 1);
    return fault;
  };
  const plan: FaultPlan = {
    nextExchange: (traffic) => count(followed.nextExchange(traffic)),
    nextEvent: () => count(followed.nextEvent()),
  };
  // an idle connection that the proxy closed would be a fault of no plan
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort()).on('error', () => {});
    // the server may be away, or the client: both end this exchange and nothing else
    exchange({ request, response, upstream, plan, gone: gone.signal }).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = addressSchema.parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    happened,
    follow: (next) => {
      followed = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
