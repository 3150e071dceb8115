import { ApiError } from '../kube/api-error.ts';
import { isCodeOf } from './changed-functions.ts';
import type { CodeChange } from './code-change.ts';
import type { FunctionReference } from './command.ts';
import type { FunctionPatch, NewFunction, PresentFunction } from './decide.ts';
import type { FunctionStore } from './function-store.ts';

const notFound = (): ApiError => new ApiError({ status: 404, reason: 'NotFound', message: 'not found' });
const conflict = (): ApiError =>
  new ApiError({ status: 409, reason: 'Conflict', message: 'the object has been modified' });
const exists = (): ApiError => new ApiError({ status: 409, reason: 'AlreadyExists', message: 'already exists' });

/** Functions for tests, with the preconditions of the API server. Several receivers may share one. */
export class MemoryFunctions implements FunctionStore {
  readonly functions = new Map<string, PresentFunction & { readonly labels: Readonly<Record<string, string>> }>();
  /** Writes that had an effect. */
  readonly writes: string[] = [];
  /** Called before each request; what it throws is the answer. */
  before: (verb: 'get' | 'create' | 'patch' | 'delete') => void = () => {};
  #version = 0;

  async changedBy(changes: readonly CodeChange[]): Promise<readonly FunctionReference[]> {
    return [...this.functions].flatMap(([key, { spec }]) => {
      const [namespace = '', name = ''] = key.split('/');
      return changes.some((change) => isCodeOf(spec, change)) ? [{ namespace, name }] : [];
    });
  }

  async get({ name, namespace }: FunctionReference): Promise<PresentFunction | undefined> {
    await this.#arrive('get');
    return this.functions.get(`${namespace}/${name}`);
  }

  async create({ metadata, spec }: NewFunction): Promise<void> {
    await this.#arrive('create');
    const key = `${metadata.namespace}/${metadata.name}`;
    if (this.functions.has(key)) throw exists();
    const { annotations, labels } = metadata;
    this.functions.set(key, {
      ...this.#next(`create ${key}`),
      uid: `u${this.#version}`,
      isDeleting: false,
      phase: undefined,
      annotations,
      labels,
      spec,
    });
  }

  async patch({ metadata, spec }: FunctionPatch): Promise<void> {
    await this.#arrive('patch');
    const key = `${metadata.namespace}/${metadata.name}`;
    const before = this.#current(key, metadata.resourceVersion);
    const annotations = { ...before.annotations, ...metadata.annotations };
    const labels = { ...before.labels, ...metadata.labels };
    this.functions.set(key, {
      ...before,
      ...this.#next(`patch ${key}`),
      annotations,
      labels,
      spec: spec ?? before.spec,
    });
  }

  async delete(
    { name, namespace }: FunctionReference,
    { resourceVersion }: { readonly uid: string; readonly resourceVersion: string },
  ): Promise<void> {
    await this.#arrive('delete');
    const key = `${namespace}/${name}`;
    this.#current(key, resourceVersion);
    this.#next(`delete ${key}`);
    this.functions.delete(key);
  }

  async #arrive(verb: 'get' | 'create' | 'patch' | 'delete'): Promise<void> {
    await Promise.resolve();
    this.before(verb);
  }

  #current(key: string, resourceVersion: string) {
    const before = this.functions.get(key);
    if (before === undefined) throw notFound();
    if (before.resourceVersion !== resourceVersion) throw conflict();
    return before;
  }

  #next(write: string): { readonly resourceVersion: string } {
    this.#version += 1;
    this.writes.push(write);
    return { resourceVersion: String(this.#version) };
  }
}
