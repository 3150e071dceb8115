import { AbortScope, unlessAborted } from './abort-scope.ts';
import type { Change } from './change.ts';
import type { KubeClient } from './client.ts';
import type { Informer, InformerFault, ObjectCache } from './informer.ts';
import { ObjectStore } from './object-store.ts';
import type { KubernetesObject } from './object.ts';
import { Reflector, type ReflectorSettings } from './reflector.ts';
import { nameOf } from './resource-path.ts';
import type { Resource } from './resource.ts';

export interface InformerSelection {
  /** A watch for each of them; default one watch for all namespaces. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Whether the program does without the kind where it is not served or may not be read; default false. */
  readonly optional?: boolean;
}

export interface ResourceInformerProps<T extends KubernetesObject> {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly selection: InformerSelection;
  readonly settings: ReflectorSettings;
}

/** One cache of a kind, filled by a reflector for each namespace or by one for all. */
export class ResourceInformer<T extends KubernetesObject> implements Informer<T> {
  readonly name: string;
  readonly #store = new ObjectStore<T>();
  readonly #reflectors: readonly Reflector<T>[];
  #hasRun = false;

  constructor({ client, resource, selection, settings }: ResourceInformerProps<T>) {
    const { namespaces = [undefined], labelSelector, fieldSelector, optional = false } = selection;
    const [name, store] = [nameOf(resource), this.#store];
    this.name = name;
    this.#reflectors = namespaces.map((namespace) => {
      const part = { namespace, labelSelector, fieldSelector };
      return new Reflector({ name, client, resource, selection: part, optional, store, settings });
    });
  }

  get cache(): ObjectCache<T> {
    return this.#store;
  }

  get synced(): boolean {
    return this.#reflectors.every((one) => one.synced);
  }

  /** That of the first namespace that has one. */
  get fault(): InformerFault | undefined {
    return this.#reflectors.find((one) => one.fault !== undefined)?.fault;
  }

  get unavailable(): string | undefined {
    return this.#reflectors.find((one) => one.unavailable !== undefined)?.unavailable;
  }

  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void {
    if (this.#hasRun) throw new Error(`${this.name}: index ${index} comes too late, add it before the informer runs`);
    this.#store.addIndex(index, valuesOf);
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    return this.#store.onChange(listener);
  }

  async whenSynced(signal: AbortSignal): Promise<void> {
    await unlessAborted(Promise.all(this.#reflectors.map((one) => one.whenSynced)), signal);
  }

  /** Once. Rejects only with what a listener or an index threw, after it has ended its connections. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#hasRun) throw new Error(`${this.name}: the informer runs already`);
    this.#hasRun = true;
    const scope = new AbortScope(signal);
    const runOne = async (reflector: Reflector<T>): Promise<void> => {
      try {
        await reflector.run(scope.signal);
      } finally {
        scope.abort('one has ended');
      }
    };
    const ended = await Promise.allSettled(this.#reflectors.map(runOne));
    scope.leave();
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
