import { type Action, type ActionReference, type AgentReference, parseAction } from './action.ts';
import type { VersionedObjects } from '../receiver/dead-letters/versioned-objects.ts';

/** Actions that wait, and what became of those that did. */
const [openFolder, closedFolder] = ['supervision/open/', 'supervision/closed/'] as const;

const folderOf = (folder: string, { name, namespace }: AgentReference): string => `${folder}${namespace}/${name}/`;
const keyOf = (folder: string, { agent, id }: ActionReference): string => `${folderOf(folder, agent)}${id}.json`;

const maxAttempts = 8;

/** The actions of all agents, in the bucket of dead letters: what is told to be held is there. */
export class ActionStore {
  readonly #objects: VersionedObjects;

  constructor(objects: VersionedObjects) {
    this.#objects = objects;
  }

  /** Keeps an action that has never been here; false for one that has. */
  async add(action: Action): Promise<boolean> {
    // in this order: what is not open and not closed after that has never been here
    for (const folder of [openFolder, closedFolder]) {
      if ((await this.#objects.read(keyOf(folder, action))) !== undefined) return false;
    }
    return this.#objects.write(keyOf(openFolder, action), toBody(action), undefined);
  }

  /** @returns undefined for one that does not wait */
  async read(reference: ActionReference): Promise<Action | undefined> {
    const found = await this.#objects.read(keyOf(openFolder, reference));
    return found && parseAction(found.body);
  }

  /**
   * Changes an action that waits, whoever else changes it meanwhile.
   * @returns the changed action; undefined where the change makes none of it, or it does not wait
   */
  async update(
    reference: ActionReference,
    change: (action: Action) => Action | undefined,
  ): Promise<Action | undefined> {
    const key = keyOf(openFolder, reference);
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const found = await this.#objects.read(key);
      const changed = found && change(parseAction(found.body));
      if (found === undefined || changed === undefined) return undefined;
      if (await this.#objects.write(key, toBody(changed), found.version)) return changed;
    }
    throw new Error(`action ${reference.id} is changed all the time`);
  }

  /** Ends the wait. What is kept for later has nothing of what the event said. */
  async close(action: Action, outcome: 'sent' | 'dropped'): Promise<void> {
    const { event, ...rest } = action;
    const { id, source, type } = event;
    const kept = { ...rest, outcome, event: { id, source, type } };
    await this.#objects.write(keyOf(closedFolder, action), Buffer.from(JSON.stringify(kept)), undefined);
    await this.#objects.remove(keyOf(openFolder, action));
  }

  async isClosed(reference: ActionReference): Promise<boolean> {
    return (await this.#objects.read(keyOf(closedFolder, reference))) !== undefined;
  }

  /** Takes away what a close that was interrupted has left. */
  async drop(reference: ActionReference): Promise<void> {
    await this.#objects.remove(keyOf(openFolder, reference));
  }

  async open(): Promise<readonly ActionReference[]> {
    return (await this.#objects.list(openFolder)).flatMap((key) => parseKey(key) ?? []);
  }

  async openOf(agent: AgentReference): Promise<number> {
    return (await this.#objects.list(folderOf(openFolder, agent))).length;
  }
}

const toBody = (action: Action): Buffer => Buffer.from(JSON.stringify(action));

const keyPattern = /^supervision\/open\/(?<namespace>[a-z0-9-]+)\/(?<name>[a-z0-9-]+)\/(?<id>[0-9a-f]{32})\.json$/;

function parseKey(key: string): ActionReference | undefined {
  const { id, name, namespace } = keyPattern.exec(key)?.groups ?? {};
  return id === undefined || name === undefined || namespace === undefined
    ? undefined
    : { agent: { namespace, name }, id };
}
