import type { Environment } from '../stacks/index.ts';

/** Kustomization of what belongs to the cluster; those of environments wait for it. */
export const clusterKustomization = 'knative-lambda-cluster';

/** Kind of the source of a cluster: its address tells. */
export function sourceKind({ delivery }: Environment): 'GitRepository' | 'OCIRepository' {
  return delivery.repository.startsWith('oci://') ? 'OCIRepository' : 'GitRepository';
}
