/** A condition as Knative writes it: without reason and message while it is True. */
export interface KnativeCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

interface Conditioned {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly KnativeCondition[] };
}

/** A condition that was judged on the present spec; undefined while the controller has not looked at it. */
export function currentCondition(object: Conditioned, type: string): KnativeCondition | undefined {
  const { metadata, status } = object;
  const isCurrent = status?.observedGeneration === metadata.generation;
  return isCurrent ? status?.conditions?.find((condition) => condition.type === type) : undefined;
}
