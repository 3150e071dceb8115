import type { KubernetesObject } from './object.ts';

/** A kind as the API serves it. Written down, not discovered: the operator knows what it needs, and RBAC lists the same. */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Only metadata is asked for; made by `metadataOnly(resource)`. Default false. */
  readonly metadataOnly?: boolean;
  /** The type of its objects; holds nothing at run time. */
  readonly type?: T;
}
