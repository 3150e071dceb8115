import type { Container, LocalObjectReference, Volume } from 'kubernetes-types/core/v1.d.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import type { KnativeCondition } from './knative-condition.ts';

/** The pod spec that Knative admits, as far as the operator sets it. */
export interface RevisionSpec {
  readonly containerConcurrency: number;
  readonly timeoutSeconds: number;
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: false;
  readonly imagePullSecrets: readonly LocalObjectReference[];
  /** The one that serves comes first. */
  readonly containers: readonly [Container, ...Container[]];
  readonly volumes: readonly Volume[];
}

/** One version of a Knative Service, serving.knative.dev/v1. */
export interface Revision extends KubernetesObject {
  readonly spec: RevisionSpec;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly KnativeCondition[];
    readonly actualReplicas?: number;
  };
}

export const revisionResource: Resource<Revision> = {
  group: 'serving.knative.dev',
  version: 'v1',
  kind: 'Revision',
  plural: 'revisions',
  namespaced: true,
};

/** Label by which Knative ties ReplicaSets and pods to their revision. */
export const revisionLabel = 'serving.knative.dev/revision';
