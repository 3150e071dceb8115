import { type ApiError, parseWatchError } from './api-error.ts';
import type { KubernetesObject } from './object.ts';
import { apiVersionOf, nameOf } from './resource-path.ts';
import type { Resource } from './resource.ts';

export interface ListPage<T extends KubernetesObject> {
  readonly items: readonly T[];
  /** Version of the whole list, from which a watch goes on. */
  readonly resourceVersion: string;
}

/** One line of a watch. After an ERROR nothing more comes. */
export type WatchEvent<T extends KubernetesObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly error: ApiError };

/** One object, the whole of an answer. */
export function parseAnswer<T extends KubernetesObject>(resource: Resource<T>, text: string): T {
  return parseObject(resource, parseJson(resource, text));
}

/** The object as it is kept: with kind and version, which items of a list lack, and without managedFields. */
function parseObject<T extends KubernetesObject>(resource: Resource<T>, value: unknown): T {
  if (!isRecord(value) || !isRecord(value['metadata'])) throw unexpected(resource, 'no object');
  // copied, not deleted from: V8 keeps an object that a member was deleted from as a hash table, at thrice the size
  const { managedFields: _, ...metadata } = value['metadata'];
  const object = { ...value, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  if (!isObjectOf(resource, object)) throw unexpected(resource, 'an object without name, uid or resourceVersion');
  return object;
}

/** What is needed to keep an object. The rest has been validated by the API server, which 10,000 of them are not again. */
function isObjectOf<T extends KubernetesObject>(
  resource: Resource<T>,
  object: {
    readonly kind: string;
    readonly metadata: Readonly<Partial<Record<'name' | 'uid' | 'resourceVersion', unknown>>>;
  },
): object is T {
  const { name, uid, resourceVersion } = object.metadata;
  const isIdentified = typeof name === 'string' && typeof uid === 'string' && typeof resourceVersion === 'string';
  return isIdentified && object.kind === resource.kind;
}

/** A page of a list, and the token of the next one, empty at the end. */
export function parsePage<T extends KubernetesObject>(
  resource: Resource<T>,
  text: string,
): ListPage<T> & { readonly next: string } {
  const value = parseJson(resource, text);
  if (!isRecord(value) || !isRecord(value['metadata'])) throw unexpected(resource, 'no list');
  const { resourceVersion, continue: next = '' } = value['metadata'];
  const items = value['items'] ?? [];
  if (typeof resourceVersion !== 'string' || typeof next !== 'string' || !Array.isArray(items)) {
    throw unexpected(resource, 'a list without resourceVersion or items');
  }
  return { items: items.map((item: unknown) => parseObject(resource, item)), resourceVersion, next };
}

export function parseWatchEvent<T extends KubernetesObject>(resource: Resource<T>, line: string): WatchEvent<T> {
  const value = parseJson(resource, line);
  if (!isRecord(value)) throw unexpected(resource, 'a watch event that is no object');
  const { type, object } = value;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: parseObject(resource, object) };
    case 'BOOKMARK':
      return { type, resourceVersion: parseBookmark(resource, object) };
    case 'ERROR':
      return { type, error: parseWatchError(object) };
    default:
      throw unexpected(resource, `a watch event of type ${String(type)}`);
  }
}

function parseBookmark(resource: Resource, object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  if (typeof version !== 'string') throw unexpected(resource, 'a bookmark without resourceVersion');
  return version;
}

function parseJson(resource: Resource, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unexpected(resource, 'what is no JSON', cause);
  }
}

const unexpected = (resource: Resource, what: string, cause?: unknown): Error =>
  new Error(`the API server sent ${what} for ${nameOf(resource)}`, { cause });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
