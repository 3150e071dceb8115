import type { Informer } from '../kube/informer.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import { compareVersions } from '../kube/resource-version.ts';

/** As it comes from the API server: the schema has not seen it. */
export interface StoredObject extends KubernetesObject {
  readonly spec?: object;
  readonly status?: object | undefined;
}

/** The objects of a cache, or what was written to them since: a pass sees its own last status. */
export class KnownObjects<Parsed extends object> {
  readonly #informer: Informer<StoredObject>;
  readonly #parse: (object: StoredObject) => Parsed;
  readonly #parsed = new WeakMap<StoredObject, Parsed>();
  readonly #written = new Map<string, StoredObject>();

  constructor(informer: Informer<StoredObject>, parse: (object: StoredObject) => Parsed) {
    this.#informer = informer;
    this.#parse = parse;
    informer.onChange(({ object }) => this.#forget(object));
  }

  get(key: string): Parsed | undefined {
    const cached = this.#informer.cache.get(key);
    const written = this.#written.get(key);
    const object = written?.metadata.uid === cached?.metadata.uid ? (written ?? cached) : cached;
    return object && this.parse(object);
  }

  /** Each object is parsed once. */
  parse(object: StoredObject): Parsed {
    const parsed = this.#parsed.get(object) ?? this.#parse(object);
    this.#parsed.set(object, parsed);
    return parsed;
  }

  /** Until the cache shows it. */
  remember(object: StoredObject): void {
    const cached = this.#informer.cache.get(keyOf(object));
    if (cached !== undefined && isOlder(cached, object)) this.#written.set(keyOf(object), object);
  }

  #forget(object: StoredObject): void {
    const written = this.#written.get(keyOf(object));
    if (written !== undefined && !isOlder(object, written)) this.#written.delete(keyOf(object));
  }
}

const isOlder = (one: KubernetesObject, other: KubernetesObject): boolean =>
  one.metadata.uid === other.metadata.uid &&
  (compareVersions(one.metadata.resourceVersion, other.metadata.resourceVersion) ?? 0) < 0;
