import { type ObjectEvent, weighEvent } from './event-order.ts';
import type { ObjectStore } from './object-store.ts';
import { keyOf, type KubernetesObject } from './object.ts';
import { compareVersions, newestVersion } from './resource-version.ts';
import type { WatchEvent } from './wire.ts';

export type ReplicaEvent<T extends KubernetesObject> = Exclude<WatchEvent<T>, { readonly type: 'ERROR' }>;

/** The part of a store that follows one list of the API server, without the network: lists and events are handed in. */
export class Replica<T extends KubernetesObject> {
  readonly #store: ObjectStore<T>;
  readonly #prefix: string;
  #version: string | undefined;

  /** The namespace is that of the list, undefined for all. */
  constructor(store: ObjectStore<T>, namespace: string | undefined) {
    this.#store = store;
    this.#prefix = namespace === undefined ? '' : `${namespace}/`;
  }

  /** Where a watch goes on; undefined when the list must be read first. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Goes on from nowhere: what was missed cannot be known. The objects stay until the next list. */
  forgetVersion(): void {
    this.#version = undefined;
  }

  /** The object as it is known, if it is that version: a relist then holds nothing twice. */
  known(object: T): T {
    const known = this.#store.get(keyOf(object));
    const { uid, resourceVersion } = object.metadata;
    return known?.metadata.resourceVersion === resourceVersion && known.metadata.uid === uid ? known : object;
  }

  replace(objects: ReadonlyMap<string, T>, version: string): void {
    this.#version = version;
    this.#store.replace(objects, (key) => key.startsWith(this.#prefix));
  }

  /** Whether the event fits to what was heard before; when it does not, list anew. */
  take(event: ReplicaEvent<T>): boolean {
    const version = this.#version ?? '0';
    return event.type === 'BOOKMARK'
      ? this.#takeBookmark(event.resourceVersion, version)
      : this.#takeObject(event, version);
  }

  /** A bookmark from before the last event: the server's database is another one, such as a restored backup. */
  #takeBookmark(bookmark: string, version: string): boolean {
    if ((compareVersions(bookmark, version) ?? 0) < 0) return false;
    this.#version = bookmark;
    return true;
  }

  #takeObject(event: ObjectEvent<T>, version: string): boolean {
    const { type, object } = event;
    const weight = weighEvent(event, this.#store.get(keyOf(object)), version);
    if (weight === 'ambiguous') return false;
    this.#version = newestVersion(version, object.metadata.resourceVersion);
    if (weight === 'stale') return true;
    if (type === 'DELETED') this.#store.remove(object);
    else this.#store.put(object);
    return true;
  }
}
