import type { KubernetesObject } from './object.ts';
import { compareVersions } from './resource-version.ts';

export interface ObjectEvent<T extends KubernetesObject = KubernetesObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

/**
 * What an event is worth, given the newest version heard of and the object that is known by the same key. A proxy may
 * repeat or reorder events; the API server tells them in the order of their versions.
 * - `news`: newer than what is known
 * - `stale`: known already, or overtaken
 * - `ambiguous`: out of order, of an object that is not known: it may be new, or deleted in the meantime
 */
export function weighEvent(
  event: ObjectEvent,
  known: KubernetesObject | undefined,
  newestHeard: string,
): 'news' | 'stale' | 'ambiguous' {
  const version = event.object.metadata.resourceVersion;
  if (known !== undefined) {
    const order = compareVersions(version, known.metadata.resourceVersion) ?? 1;
    // a deletion may carry the version of the last change
    return order > 0 || (order === 0 && event.type === 'DELETED') ? 'news' : 'stale';
  }
  if (event.type === 'DELETED') return 'stale';
  return (compareVersions(version, newestHeard) ?? 1) > 0 ? 'news' : 'ambiguous';
}
