import { KeyedTurns } from '../receiver/keyed-turns.ts';
import type { AgentReference } from '../supervision/action.ts';
import type { VersionedObjects } from '../receiver/dead-letters/versioned-objects.ts';
import { emptyLedger, type Ledger, parseLedger } from './ledger.ts';

const maxAttempts = 16;
/** Days whose ledgers are kept. */
const keptDays = 35;
const dayMs = 86_400_000;

const keyOf = ({ name, namespace }: AgentReference, day: string): string => `budgets/${namespace}/${name}/${day}.json`;

/** The ledgers of all agents by day, in the bucket of dead letters. */
export class LedgerStore {
  readonly #objects: VersionedObjects;
  /** Of one program the changes of an agent come one after the other, so that they only meet those of others. */
  readonly #turns = new KeyedTurns();

  constructor(objects: VersionedObjects) {
    this.#objects = objects;
  }

  async read(agent: AgentReference, day: string): Promise<Ledger> {
    const found = await this.#objects.read(keyOf(agent, day));
    return found === undefined ? emptyLedger : parseLedger(found.body);
  }

  /**
   * Changes a ledger, whoever else changes it meanwhile; resolves once it is kept.
   * @param change its ledger is undefined where nothing is to change
   */
  change<Result>(agent: AgentReference, day: string, change: Change<Result>): Promise<Result> {
    const key = keyOf(agent, day);
    return this.#turns.run(key, () => this.#attempt(key, change, () => this.#forget(agent, day)));
  }

  async #attempt<Result>(key: string, change: Change<Result>, onNew: () => Promise<void>): Promise<Result> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const found = await this.#objects.read(key);
      const { ledger, result } = change(found === undefined ? emptyLedger : parseLedger(found.body));
      if (ledger === undefined) return result;
      if (await this.#objects.write(key, Buffer.from(JSON.stringify(ledger)), found?.version)) {
        if (found === undefined) await onNew();
        return result;
      }
    }
    throw new Error('the ledger of a budget is changed all the time');
  }

  /** With a new day the one goes that is too old. */
  async #forget(agent: AgentReference, day: string): Promise<void> {
    const old = new Date(Date.parse(day) - keptDays * dayMs).toISOString().slice(0, 10);
    await this.#objects.remove(keyOf(agent, old)).catch(() => {});
  }
}

export type Change<Result> = (ledger: Ledger) => { readonly ledger: Ledger | undefined; readonly result: Result };
