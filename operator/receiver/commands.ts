import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import { toRefusal, unavailable } from './api-refusal.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { FunctionReference, Instruction } from './command.ts';
import { decide, type Decision, type NoEffect } from './decide.ts';
import type { FunctionStore } from './function-store.ts';
import { KeyedTurns } from './keyed-turns.ts';
import { Refusal } from './refusal.ts';

/** What a command has done. */
export type Effect = 'created' | 'changed' | 'deleted' | NoEffect;

/** What an effect needs of whoever asks for it, as RBAC names it; to be told of a function is to get it. */
export type Verb = 'get' | 'create' | 'patch' | 'delete' | 'refresh';

/** Rejects with a Refusal when the sender may not. */
export type Authorize = (verb: Verb, target: FunctionReference) => Promise<void>;

/** Reads and decisions of one command, before it is left to another delivery. */
const maxAttempts = 8;
const conflictRetryMs = 1000;

/** Carries commands out, each against the function as it is when it is written. */
export class Commands {
  readonly #store: FunctionStore;
  readonly #today: () => Date;
  readonly #turns = new KeyedTurns();

  constructor(store: FunctionStore, today: () => Date) {
    this.#store = store;
    this.#today = today;
  }

  /** @throws Refusal, with 503 where another attempt has a point */
  async carryOut(command: Instruction, event: CloudEvent, authorize: Authorize): Promise<Effect> {
    const { target } = command;
    return this.#turns.run(`${target.namespace}/${target.name}`, async () => {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const effect = await this.#attempt(command, event, authorize);
        if (effect !== 'overtaken') return effect;
      }
      throw unavailable(`function ${target.namespace}/${target.name} is changed all the time`, conflictRetryMs);
    });
  }

  async #attempt(command: Instruction, event: CloudEvent, authorize: Authorize): Promise<Effect | 'overtaken'> {
    const { target } = command;
    try {
      const decision = decide(command, event, await this.#store.get(target), this.#today().getTime());
      await authorize(verbOf(command, decision), target);
      return await this.#write(decision);
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return 'overtaken';
      throw toRefusal(error, target);
    }
  }

  async #write(decision: Decision): Promise<Effect | 'overtaken'> {
    switch (decision.kind) {
      case 'create':
        await this.#store.create(decision.object);
        return 'created';
      case 'patch':
        return this.#unlessGone(() => this.#store.patch(decision.members), 'changed');
      case 'delete': {
        const { resourceVersion, target, uid } = decision;
        return this.#unlessGone(() => this.#store.delete(target, { uid, resourceVersion }), 'deleted');
      }
      case 'nothing':
        return decision.because;
      case 'refuse':
        throw new Refusal(decision.reason, decision.message);
    }
  }

  /** A function that went between reading and writing is one to decide about anew. */
  async #unlessGone(write: () => Promise<void>, effect: Effect): Promise<Effect | 'overtaken'> {
    try {
      await write();
      return effect;
    } catch (error) {
      if (isNotFound(error)) return 'overtaken';
      throw error;
    }
  }
}

/** Who tells of code that changed may do no more than that, so it is a verb of its own. */
function verbOf(command: Instruction, { kind }: Decision): Verb {
  if (command.kind === 'refresh') return 'refresh';
  switch (kind) {
    case 'create':
    case 'patch':
    case 'delete':
      return kind;
    case 'nothing':
    case 'refuse':
      return 'get';
  }
}
