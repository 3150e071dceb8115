import type { Change } from '../kube/change.ts';
import type { Informer, InformerFault, ObjectCache } from '../kube/informer.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';

/** An informer that a test feeds; no API server is behind it. */
export class MemoryInformer<T extends KubernetesObject> implements Informer<T> {
  readonly name: string;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, (object: T) => readonly string[]>();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  readonly #whenSynced: (() => void)[] = [];
  synced = false;
  fault: InformerFault | undefined;
  unavailable: string | undefined;
  /** Whether run was called and has not ended. */
  isRunning = false;

  constructor(name: string) {
    this.name = name;
  }

  get cache(): ObjectCache<T> {
    const objects = this.#objects;
    return {
      size: objects.size,
      get: (key) => objects.get(key),
      list: () => objects.values(),
      byIndex: (index, value) => this.#byIndex(index, value),
    };
  }

  addIndex(index: string, valuesOf: (object: T) => readonly string[]): void {
    this.#indexes.set(index, valuesOf);
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    for (const object of this.#objects.values()) listener({ type: 'added', object, bulk: true });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  whenSynced(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.synced) resolve();
      this.#whenSynced.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  run(signal: AbortSignal): Promise<void> {
    this.isRunning = true;
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        this.isRunning = false;
        resolve();
      }),
    );
  }

  /** The first list is there, with these objects. */
  sync(...objects: readonly T[]): void {
    for (const object of objects) this.put(object, true);
    this.synced = true;
    for (const resolve of this.#whenSynced.splice(0)) resolve();
  }

  put(object: T, bulk = false): void {
    const before = this.#objects.get(keyOf(object));
    this.#objects.set(keyOf(object), object);
    this.#tell(before === undefined ? { type: 'added', object, bulk } : { type: 'updated', before, object, bulk });
  }

  remove(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#tell({ type: 'deleted', object, bulk: false });
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change);
  }

  #byIndex(index: string, value: string): readonly T[] {
    const valuesOf = this.#indexes.get(index);
    if (valuesOf === undefined) throw new Error(`index ${index} of ${this.name}: nobody added it`);
    return [...this.#objects.values()].filter((object) => valuesOf(object).includes(value));
  }
}
