import type { Change } from '../kube/change.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf, type KubernetesObject, type OwnerReference } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import type { Predicate } from './predicates.ts';
import type { Lane } from './queue.ts';

/** What a controller does with a change: the keys that need a pass, and the object that was seen. */
export interface WatchListener {
  /** Called first, for every change. */
  seen(informer: string, change: Change<KubernetesObject>): void;
  enqueue(key: string, lane: Lane): void;
}

/** Turns changes of one kind into keys of a controller. */
export interface Watch {
  readonly informer: Informer<KubernetesObject>;
  /** Tells of what is in the cache, then of every change. Returns what ends it. */
  start(listener: WatchListener): () => void;
  /** Keys that a resync goes over: those of the controller's own objects. */
  ownKeys(): Iterable<string>;
}

type OwnerKind = Pick<Resource, 'group' | 'kind' | 'namespaced'>;

/** Changes of the objects that the controller reconciles. */
export function watchOwn<T extends KubernetesObject>(informer: Informer<T>, isWorthPass?: Predicate<T>): Watch {
  return {
    ...watchMapped(informer, (object) => [keyOf(object)], isWorthPass),
    *ownKeys() {
      for (const object of informer.cache.list()) yield keyOf(object);
    },
  };
}

/** Changes of objects that an object of the kind controls by owner reference; the version of the reference may differ. */
export function watchOwned<T extends KubernetesObject>(
  informer: Informer<T>,
  owner: OwnerKind,
  isWorthPass?: Predicate<T>,
): Watch {
  return watchMapped(informer, (object) => ownerKeys(object, owner), isWorthPass);
}

/** Changes of objects that matter to the keys that the function returns; an index of the own kind finds them at once. */
export function watchMapped<T extends KubernetesObject>(
  informer: Informer<T>,
  toKeys: (object: T) => Iterable<string>,
  isWorthPass: Predicate<T> = () => true,
): Watch {
  return {
    informer,
    ownKeys: () => [],
    start: (listener) =>
      informer.onChange((change) => {
        listener.seen(informer.name, change);
        if (!isWorthPass(change)) return;
        const lane = change.bulk ? 'low' : 'high';
        for (const key of keysOf(change, toKeys)) listener.enqueue(key, lane);
      }),
  };
}

/** An update also concerns the keys that the object pointed to before. */
function keysOf<T extends KubernetesObject>(change: Change<T>, toKeys: (object: T) => Iterable<string>): Set<string> {
  const before = change.type === 'updated' ? toKeys(change.before) : [];
  return new Set([...before, ...toKeys(change.object)]);
}

function ownerKeys({ metadata }: KubernetesObject, owner: OwnerKind): readonly string[] {
  const reference = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (reference === undefined || !isOf(reference, owner)) return [];
  const isClusterScoped = !owner.namespaced || metadata.namespace === undefined;
  return [isClusterScoped ? reference.name : `${metadata.namespace}/${reference.name}`];
}

function isOf({ apiVersion, kind }: OwnerReference, owner: OwnerKind): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return kind === owner.kind && group === owner.group;
}
