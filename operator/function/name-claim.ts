import { annotations, type LambdaFunction } from '../api/index.ts';
import type { KubernetesObject } from '../kube/object.ts';

/** Who else may have the name of a function in its namespace. */
export interface NameClaims {
  /** LambdaAgent of the same name. */
  readonly agent: KubernetesObject | undefined;
  /** Knative Service of the same name. */
  readonly service: KubernetesObject | undefined;
}

/** Who has the name, where the function may not have it; undefined where it may. */
export function nameOwner({ metadata }: LambdaFunction, { agent, service }: NameClaims): string | undefined {
  const owners = service?.metadata.ownerReferences ?? [];
  if (owners.some(({ uid }) => uid === metadata.uid)) return undefined;
  const [owner] = owners;
  if (owner !== undefined) return `${owner.kind} ${owner.name}, which owns the Knative Service`;
  if (agent !== undefined && agent.metadata.creationTimestamp <= metadata.creationTimestamp) {
    return `LambdaAgent ${agent.metadata.name}`;
  }
  return service === undefined || metadata.annotations[annotations.adopt] === 'true'
    ? undefined
    : `a Knative Service that nobody owns`;
}
