/** An object of a kind that has phases. */
export interface Phased<Phase extends string> {
  readonly namespace: string;
  readonly phase: Phase;
}

export interface PhaseCount<Phase extends string> extends Phased<Phase> {
  readonly count: number;
}

/** How many objects have each phase: a phase without one counts 0, a namespace without one not at all. */
export function countByPhase<Phase extends string>(
  phases: readonly Phase[],
  objects: Iterable<Phased<Phase>>,
): readonly PhaseCount<Phase>[] {
  const counts = new Map<string, Map<Phase, number>>();
  for (const { namespace, phase } of objects) {
    const ofNamespace = counts.get(namespace) ?? new Map<Phase, number>();
    counts.set(namespace, ofNamespace.set(phase, (ofNamespace.get(phase) ?? 0) + 1));
  }
  return [...counts].flatMap(([namespace, ofNamespace]) =>
    phases.map((phase) => ({ namespace, phase, count: ofNamespace.get(phase) ?? 0 })),
  );
}
