import { annotations, type Kind } from './api/index.ts';
import type { KubernetesObject } from './kube/object.ts';

/** A function or an agent that wants the Knative Service of its name. */
export interface Claimant {
  readonly kind: Kind;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** Who else may have the name in the namespace. */
export interface NameClaims {
  /** The agent of the same name for a function, the function for an agent. */
  readonly rival: KubernetesObject | undefined;
  /** Knative Service of the same name. */
  readonly service: KubernetesObject | undefined;
}

/** Who has the name, where the claimant may not have it; undefined where it may. */
export function nameOwner(claimant: Claimant, { rival, service }: NameClaims): string | undefined {
  const { kind, metadata } = claimant;
  const owners = service?.metadata.ownerReferences ?? [];
  if (owners.some(({ uid }) => uid === metadata.uid)) return undefined;
  const [owner] = owners;
  if (owner !== undefined) return `${owner.kind} ${owner.name}, which owns the Knative Service`;
  if (rival !== undefined && isBefore(rival, claimant)) {
    return `${kind === 'LambdaAgent' ? 'LambdaFunction' : 'LambdaAgent'} ${rival.metadata.name}`;
  }
  return service === undefined || metadata.annotations[annotations.adopt] === 'true'
    ? undefined
    : `a Knative Service that nobody owns`;
}

/** Of two that were made in one second the agent counts as the first. */
function isBefore({ metadata: rival }: KubernetesObject, { kind, metadata }: Claimant): boolean {
  return kind === 'LambdaAgent'
    ? rival.creationTimestamp < metadata.creationTimestamp
    : rival.creationTimestamp <= metadata.creationTimestamp;
}
