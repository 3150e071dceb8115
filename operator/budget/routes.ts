import type { z } from 'zod';
import { type Answer, refusedAnswer } from '../receiver/answer.ts';
import { unavailable } from '../receiver/api-refusal.ts';
import { Refusal } from '../receiver/refusal.ts';
import type { AgentReference } from '../supervision/action.ts';
import { isMadeBy } from '../supervision/action-path.ts';
import type { FindAgent } from '../supervision/find-agent.ts';
import { budgetSecret } from './budget-path.ts';
import { reserve, settle, usedOf } from './ledger.ts';
import type { LedgerStore } from './ledger-store.ts';
import { reservationSchema, settlementSchema, type ToldDecision, type Used } from './messages.ts';
import { type BudgetPolicy, budgetPolicy } from './policy.ts';

export interface BudgetRoutesProps {
  readonly store: LedgerStore;
  readonly findAgent: FindAgent;
  /** Keys that are still taken; read at each request: they are files that may change. */
  readonly keys: () => readonly string[];
  readonly today: () => Date;
  /** Told of a failure that is a bug, or of a store that does not answer. */
  readonly onFault: (error: unknown) => void;
}

export interface BudgetRequest {
  readonly agent: AgentReference;
  /** Of its path. */
  readonly secret: string;
  readonly body: Buffer;
  readonly correlationId: string;
}

type Answering = (request: BudgetRequest) => Promise<Answer>;

export interface BudgetRoutes {
  /** Before a call of the model. */
  readonly reserve: Answering;
  /** After it. */
  readonly settle: Answering;
  readonly used: Answering;
}

/** The ledgers as meters and the operator reach them. */
export function budgetRoutes(props: BudgetRoutesProps): BudgetRoutes {
  const { store, today } = props;
  return {
    reserve: answering(props, async ({ agent, body }): Promise<ToldDecision> => {
      const call = parse(reservationSchema, body);
      const [policy, now] = [await policyOf(props, agent), today()];
      const day = dayOf(now);
      if (policy === undefined) return { kind: 'granted', delayMs: 0, day };
      const decision = await store.change(agent, day, (before) => {
        const { decision: result, ledger } = reserve(before, call, { now: now.getTime(), policy });
        return { ledger: ledger === before ? undefined : ledger, result };
      });
      return decision.kind === 'granted' ? { ...decision, day } : decision;
    }),
    settle: answering(props, async ({ agent, body }) => {
      const { day, id, usage } = parse(settlementSchema, body);
      const [policy, now] = [await policyOf(props, agent), today().getTime()];
      const isOpen = await store.change(agent, day, (before) => {
        const ledger = settle(before, { id, usage }, { now, policy });
        return { ledger, result: ledger !== undefined };
      });
      return { kind: isOpen ? 'settled' : 'late' };
    }),
    used: answering(props, async ({ agent }): Promise<Used> => {
      const day = dayOf(today());
      return { day, ...usedOf(await store.read(agent, day)) };
    }),
  };
}

const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

async function policyOf({ findAgent }: BudgetRoutesProps, agent: AgentReference): Promise<BudgetPolicy | undefined> {
  const found = await findAgent(agent);
  if (found === undefined) throw new Refusal('unknown_target', 'there is no such agent');
  return budgetPolicy(found.spec);
}

/** @throws Refusal that says nothing of what was sent */
function parse<Schema extends z.ZodType>(schema: Schema, body: Buffer): z.output<Schema> {
  const { data } = schema.safeParse(jsonOf(body));
  if (data === undefined) throw new Refusal('schema_validation_failed', 'the body is no message of a meter');
  return data;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function answering(
  { keys, onFault }: BudgetRoutesProps,
  work: (request: BudgetRequest) => Promise<Readonly<Record<string, unknown>>>,
): Answering {
  return async (request) => {
    try {
      const { agent, secret } = request;
      if (!isMadeBy(keys(), (key) => budgetSecret(key, agent), secret)) {
        // not 401: after a rotation a meter may know more than this replica
        throw unavailable('the path is of no agent that is known', undefined);
      }
      return { status: 200, headers: {}, body: await work(request) };
    } catch (error) {
      if (!(error instanceof Refusal)) onFault(error);
      return refusedAnswer(error, request.correlationId);
    }
  };
}
