/**
 * Items in the order in which they came, each at most once, any of them removable. A Set keeps the order; one iterator
 * that goes on, instead of a new one for each shift, never walks over what was removed.
 */
export class Fifo<T> {
  readonly #items = new Set<T>();
  #order = this.#items.values();

  get size(): number {
    return this.#items.size;
  }

  push(item: T): void {
    this.#items.add(item);
  }

  remove(item: T): void {
    this.#items.delete(item);
  }

  shift(): T | undefined {
    if (this.#items.size === 0) return undefined;
    let next = this.#order.next();
    if (next.done === true) {
      this.#order = this.#items.values();
      next = this.#order.next();
    }
    if (next.done === true) return undefined;
    this.#items.delete(next.value);
    return next.value;
  }

  clear(): void {
    this.#items.clear();
    this.#order = this.#items.values();
  }
}
