import type { Change } from './change.ts';
import type { ObjectCache } from './informer.ts';
import { ObjectIndex } from './object-index.ts';
import { keyOf, type KubernetesObject } from './object.ts';

/** A cache that tells its listeners, in order, how each state differs from the one before. */
export class ObjectStore<T extends KubernetesObject> implements ObjectCache<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, ObjectIndex<T>>();
  readonly #listeners = new Set<(change: Change<T>) => void>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`index ${name}: not there, add it before the informer runs`);
    return index.under(value);
  }

  /** Fails when another function has the name. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    const existing = this.#indexes.get(name);
    if (existing?.valuesOf === valuesOf) return;
    if (existing !== undefined) throw new Error(`index ${name}: another function has this name, choose another one`);
    this.#indexes.set(name, new ObjectIndex(valuesOf));
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    for (const object of this.#objects.values()) listener({ type: 'added', object, bulk: true });
    const own = (change: Change<T>): void => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  put(object: T): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    this.#set(key, object, before);
    for (const change of changesBetween(before, object, false)) this.#tell(change);
  }

  /** Tells the last state, that of the deletion. */
  remove(object: T): void {
    if (this.#unset(keyOf(object))) this.#tell({ type: 'deleted', object, bulk: false });
  }

  /**
   * Makes the part of the cache whose keys are in scope equal to the given objects, all at once: listeners hear of the
   * difference when it is whole.
   */
  replace(objects: ReadonlyMap<string, T>, isInScope: (key: string) => boolean): void {
    const changes: Change<T>[] = [];
    for (const [key, object] of this.#objects) {
      if (objects.has(key) || !isInScope(key)) continue;
      this.#unset(key);
      changes.push({ type: 'deleted', object, bulk: true });
    }
    for (const [key, object] of objects) {
      const before = this.#objects.get(key);
      if (before === object) continue;
      this.#set(key, object, before);
      changes.push(...changesBetween(before, object, true));
    }
    for (const change of changes) this.#tell(change);
  }

  #set(key: string, object: T, before: T | undefined): void {
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (before !== undefined) index.remove(before);
      index.add(object);
    }
  }

  #unset(key: string): boolean {
    const object = this.#objects.get(key);
    if (object === undefined) return false;
    for (const index of this.#indexes.values()) index.remove(object);
    return this.#objects.delete(key);
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** An object of the same name and another uid is another object: its predecessor was deleted unseen. */
function changesBetween<T extends KubernetesObject>(
  before: T | undefined,
  object: T,
  bulk: boolean,
): readonly Change<T>[] {
  if (before === undefined) return [{ type: 'added', object, bulk }];
  if (before.metadata.uid === object.metadata.uid) return [{ type: 'updated', before, object, bulk }];
  return [
    { type: 'deleted', object: before, bulk },
    { type: 'added', object, bulk },
  ];
}
