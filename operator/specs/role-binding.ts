import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import type { AppliedObject } from './applied-object.ts';

/** A RoleBinding, as far as the operator reads it. */
export interface RoleBinding extends KubernetesObject {
  readonly roleRef: { readonly name: string };
}

export interface AppliedRoleBinding extends AppliedObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'RoleBinding';
  readonly roleRef: {
    readonly apiGroup: 'rbac.authorization.k8s.io';
    readonly kind: 'ClusterRole';
    readonly name: string;
  };
  readonly subjects: readonly { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string }[];
}

export const roleBindingResource: Resource<RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
};
