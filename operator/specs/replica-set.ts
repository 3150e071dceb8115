import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';

/** A ReplicaSet, as far as the operator reads it: it alone says that a quota refused its pods. */
export interface ReplicaSet extends KubernetesObject {
  readonly status?: {
    readonly replicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: 'True' | 'False' | 'Unknown';
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

export const replicaSetResource: Resource<ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
};
