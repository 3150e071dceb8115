import { type Used, usedSchema } from '../budget/messages.ts';
import type { Clock } from '../kube/clock.ts';
import { OriginPools } from '../origin-pools.ts';

/** Reads what an agent has used, at the address of its ledger. */
export type ReadUsed = (ledger: string) => Promise<Used>;

interface Known {
  readonly ledger: string;
  used: Used | undefined;
  isAsked: boolean;
  isOpen: boolean;
  /** When to ask again, by the clock. */
  dueAt: number;
}

export interface UsedBudgetsProps {
  readonly read: ReadUsed;
  readonly clock: Clock;
}

const askAgainMs = 55_000;
const mostAtOnce = 8;

/** What agents have used of their budgets: asked beside the passes, which never wait for it. */
export class UsedBudgets {
  readonly #props: UsedBudgetsProps;
  readonly #known = new Map<string, Known>();
  #open = 0;

  constructor(props: UsedBudgetsProps) {
    this.#props = props;
  }

  /** What is known of an agent; asks anew where that is nothing or old. */
  read(agent: string, ledger: string): { readonly used: Used | undefined; readonly isAsked: boolean } {
    const before = this.#known.get(agent);
    const now = this.#props.clock.now();
    const known: Known =
      before?.ledger === ledger ? before : { ledger, used: undefined, isAsked: false, isOpen: false, dueAt: now };
    this.#known.set(agent, known);
    if (now >= known.dueAt && !known.isOpen && this.#open < mostAtOnce) void this.#look(known);
    return known;
  }

  /** The agent is gone, or has no budget any more. */
  forget(agent: string): void {
    this.#known.delete(agent);
  }

  *all(): Iterable<{ readonly agent: string; readonly used: Used }> {
    for (const [agent, { used }] of this.#known) if (used !== undefined) yield { agent, used };
  }

  async #look(known: Known): Promise<void> {
    const { clock, read } = this.#props;
    known.isOpen = true;
    this.#open += 1;
    known.used = await read(known.ledger).catch(() => undefined);
    this.#open -= 1;
    known.isOpen = false;
    known.isAsked = true;
    known.dueAt = clock.now() + askAgainMs;
  }
}

/** Asks the receiver. */
export function readUsedBy(pools = new OriginPools(5000)): ReadUsed {
  return async (ledger) => {
    const { origin, pathname: path } = new URL(ledger);
    const { body, statusCode } = await pools.of(origin).request({ method: 'GET', path });
    if (statusCode === 200) return usedSchema.parse(await body.json());
    await body.dump();
    throw new Error(`the receiver answers ${statusCode}`);
  };
}
