import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/api-error.ts';
import { functionResource, type StoredFunction } from '../function/known-functions.ts';
import type { FunctionReference } from './command.ts';
import type { FunctionPatch, NewFunction, PresentFunction } from './decide.ts';

/** Functions as commands read and write them. What the API server refuses comes as its ApiError. */
export interface FunctionStore {
  /** Undefined where there is none. */
  get(target: FunctionReference): Promise<PresentFunction | undefined>;
  /** Fails with AlreadyExists when another was quicker. */
  create(object: NewFunction): Promise<void>;
  /** Fails with a conflict when the function is no longer of the version that the members name. */
  patch(members: FunctionPatch): Promise<void>;
  /** Fails with a conflict when the function is another or of another version. */
  delete(
    target: FunctionReference,
    preconditions: { readonly uid: string; readonly resourceVersion: string },
  ): Promise<void>;
}

/** Field manager of what events write. */
const receiverManager = 'knative-lambda-receiver';

const options = { fieldManager: receiverManager, timeoutMs: 10_000 } as const;

/**
 * Functions of the cluster. Needs get, create, patch and delete. Every change names the version that was read: a server-side
 * apply would let two replicas both make an absent function, the later one over the newer.
 */
export class KubeFunctionStore implements FunctionStore {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async get(target: FunctionReference): Promise<PresentFunction | undefined> {
    try {
      return toPresent(await this.#client.get(functionResource, target, { timeoutMs: options.timeoutMs }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async create(object: NewFunction): Promise<void> {
    await this.#client.create(functionResource, object, options);
  }

  async patch(members: FunctionPatch): Promise<void> {
    await this.#client.merge(functionResource, members, options);
  }

  async delete(
    target: FunctionReference,
    preconditions: { readonly uid: string; readonly resourceVersion: string },
  ): Promise<void> {
    await this.#client.delete(functionResource, target, { preconditions, timeoutMs: options.timeoutMs });
  }
}

function toPresent({ metadata, spec, status }: StoredFunction): PresentFunction {
  const phase: unknown = Object.entries(status ?? {}).find(([name]) => name === 'phase')?.[1];
  return {
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    isDeleting: metadata.deletionTimestamp !== undefined,
    annotations: metadata.annotations ?? {},
    spec,
    phase: typeof phase === 'string' ? phase : undefined,
  };
}
