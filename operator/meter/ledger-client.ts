import type { z } from 'zod';
import { OriginPools } from '../origin-pools.ts';
import {
  decisionSchema,
  type reservationSchema,
  type settlementSchema,
  type ToldDecision,
} from '../budget/messages.ts';

/** The ledger of this agent, at the receiver. */
export interface LedgerClient {
  /** Rejects when nobody can say. */
  reserve(this: void, call: z.input<typeof reservationSchema>): Promise<ToldDecision>;
  /** Rejects when it is not kept; what was reserved counts then. */
  settle(this: void, call: z.input<typeof settlementSchema>): Promise<void>;
}

const patienceMs = 5000;

/** @param address with a slash at its end; its last part is a secret */
export function ledgerClient(address: string): LedgerClient {
  const pools = new OriginPools(patienceMs);
  const post = async (action: string, message: object): Promise<unknown> => {
    const { origin, pathname } = new URL(action, address);
    const { body, statusCode } = await pools.of(origin).request({
      method: 'POST',
      path: pathname,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    if (statusCode === 200) return body.json();
    await body.dump();
    throw new Error(`the receiver answers ${statusCode}`);
  };
  return {
    reserve: async (call) => decisionSchema.parse(await post('reservations', call)),
    settle: async (call) => void (await post('settlements', call)),
  };
}
