import type { ObjectStore } from './object-store.ts';

/** Objects in memory, for tests. */
export class MemoryObjects implements ObjectStore {
  readonly objects = new Map<string, Buffer>();
  /** Requests so far, as `PUT key`. */
  readonly requests: string[] = [];
  /** Put in by a test: what happens before a request. */
  before: (request: string) => Promise<void> | void = () => {};

  readonly put: ObjectStore['put'] = async (key, body) => {
    await this.#begin(`PUT ${key}`);
    this.objects.set(key, body);
  };

  readonly get: ObjectStore['get'] = async (key, range) => {
    await this.#begin(`GET ${key}`);
    const body = this.objects.get(key);
    return range === undefined ? body : body?.subarray(range.start, range.end);
  };

  readonly list: ObjectStore['list'] = async (prefix) => {
    await this.#begin(`LIST ${prefix}`);
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  };

  readonly remove: ObjectStore['remove'] = async (key) => {
    await this.#begin(`DELETE ${key}`);
    this.objects.delete(key);
  };

  async #begin(request: string): Promise<void> {
    await this.before(request);
    this.requests.push(request);
  }
}
