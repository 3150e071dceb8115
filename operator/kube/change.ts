import type { KubernetesObject } from './object.ts';

/**
 * A difference between two states of a cache. It says that something changed; what is so now is in the cache.
 * `bulk` is true for what a list brought at a start or after a gap: those keys are in no hurry.
 */
export type Change<T extends KubernetesObject> =
  | { readonly type: 'added'; readonly object: T; readonly bulk: boolean }
  | { readonly type: 'updated'; readonly before: T; readonly object: T; readonly bulk: boolean }
  | { readonly type: 'deleted'; readonly object: T; readonly bulk: boolean };
