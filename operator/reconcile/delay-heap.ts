/** What waits for a time; the heap keeps `heapIndex`. */
export interface Delayed {
  dueAt: number;
  heapIndex: number;
}

/** A binary heap by due time; what is in it can be moved to another time or removed, so that it never holds what is stale. */
export class DelayHeap<T extends Delayed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#rise(item, this.#items.length);
  }

  /** To be called after the due time became earlier. */
  advance(item: T): void {
    this.#rise(item, item.heapIndex);
  }

  remove(item: T): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    const place = item.heapIndex;
    const above = this.#items[parentOf(place)];
    if (place > 0 && above !== undefined && above.dueAt > last.dueAt) this.#rise(last, place);
    else this.#sink(last, place);
  }

  clear(): void {
    this.#items.length = 0;
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const above = this.#items[parentOf(place)];
      if (above === undefined || above.dueAt <= item.dueAt) break;
      this.#put(above, place);
      place = parentOf(place);
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    let place = from;
    for (let below = this.#earlierChild(place); below !== undefined; below = this.#earlierChild(place)) {
      if (below.dueAt >= item.dueAt) break;
      const vacated = below.heapIndex;
      this.#put(below, place);
      place = vacated;
    }
    this.#put(item, place);
  }

  #earlierChild(place: number): T | undefined {
    const left = this.#items[2 * place + 1];
    const right = this.#items[2 * place + 2];
    return left !== undefined && right !== undefined && right.dueAt < left.dueAt ? right : left;
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.heapIndex = place;
  }
}

const parentOf = (place: number): number => (place - 1) >> 1;
