/**
 * Keys in the order in which they came, each at most once, any of them removable. A Set keeps the order; one iterator
 * that goes on, instead of a new one for each shift, never walks over what was removed.
 */
export class KeyFifo {
  readonly #keys = new Set<string>();
  #order = this.#keys.values();

  get size(): number {
    return this.#keys.size;
  }

  push(key: string): void {
    this.#keys.add(key);
  }

  remove(key: string): void {
    this.#keys.delete(key);
  }

  shift(): string | undefined {
    if (this.#keys.size === 0) return undefined;
    let next = this.#order.next();
    if (next.done === true) {
      this.#order = this.#keys.values();
      next = this.#order.next();
    }
    if (next.done === true) return undefined;
    this.#keys.delete(next.value);
    return next.value;
  }

  clear(): void {
    this.#keys.clear();
    this.#order = this.#keys.values();
  }
}
