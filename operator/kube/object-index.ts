import { keyOf, type KubernetesObject } from './object.ts';

/** Objects by values that a function names for each. */
export class ObjectIndex<T extends KubernetesObject> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly #byValue = new Map<string, Map<string, T>>();

  constructor(valuesOf: (object: T) => readonly string[]) {
    this.valuesOf = valuesOf;
  }

  under(value: string): readonly T[] {
    return [...(this.#byValue.get(value)?.values() ?? [])];
  }

  add(object: T): void {
    for (const value of this.valuesOf(object)) {
      const found = this.#byValue.get(value) ?? new Map<string, T>();
      this.#byValue.set(value, found.set(keyOf(object), object));
    }
  }

  remove(object: T): void {
    for (const value of this.valuesOf(object)) {
      const found = this.#byValue.get(value);
      found?.delete(keyOf(object));
      if (found?.size === 0) this.#byValue.delete(value);
    }
  }
}
