import type { VersionedObjects } from './versioned-objects.ts';

/** Objects in memory that know their states, for tests. */
export class MemoryVersioned implements VersionedObjects {
  readonly objects = new Map<string, { readonly body: Buffer; readonly version: string }>();
  /** Put in by a test: what happens before a request, such as `WRITE open/a`. */
  before: (request: string) => Promise<void> | void = () => {};
  #versions = 0;

  readonly read: VersionedObjects['read'] = async (key) => {
    await this.before(`READ ${key}`);
    return this.objects.get(key);
  };

  readonly write: VersionedObjects['write'] = async (key, body, over) => {
    await this.before(`WRITE ${key}`);
    if (this.objects.get(key)?.version !== over) return false;
    this.#versions += 1;
    this.objects.set(key, { body, version: `"${this.#versions}"` });
    return true;
  };

  readonly list: VersionedObjects['list'] = async (prefix) => {
    await this.before(`LIST ${prefix}`);
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  };

  readonly remove: VersionedObjects['remove'] = async (key) => {
    await this.before(`REMOVE ${key}`);
    this.objects.delete(key);
  };
}
