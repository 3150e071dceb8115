/** A function that asks for a build. */
export interface WaitingFunction {
  readonly key: string;
  readonly namespace: string;
  /** When it began to wait, as the status has it. */
  readonly since: string;
  /** Key of the Job that it waits for: functions with the same content wait for the same. */
  readonly job: string;
}

/**
 * Jobs in the order in which they are begun: the namespace that has the fewest builds is next, and in it the function
 * that has waited longest. @param running builds by namespace
 */
export function fairOrder(
  waiting: readonly WaitingFunction[],
  running: ReadonlyMap<string, number>,
): readonly string[] {
  const counts = new Map(running);
  const queues = queuesByNamespace(waiting);
  const order: string[] = [];
  for (;;) {
    const next = nextNamespace(queues, counts);
    if (next === undefined) return order;
    const [first, ...rest] = queues.get(next) ?? [];
    queues.set(next, rest);
    if (first === undefined) continue;
    counts.set(next, (counts.get(next) ?? 0) + 1);
    order.push(first.job);
  }
}

function queuesByNamespace(waiting: readonly WaitingFunction[]): Map<string, readonly WaitingFunction[]> {
  const queues = new Map<string, readonly WaitingFunction[]>();
  const seen = new Set<string>();
  for (const one of waiting.toSorted(bySince)) {
    if (seen.has(one.job)) continue;
    seen.add(one.job);
    queues.set(one.namespace, [...(queues.get(one.namespace) ?? []), one]);
  }
  return queues;
}

function nextNamespace(
  queues: ReadonlyMap<string, readonly WaitingFunction[]>,
  counts: ReadonlyMap<string, number>,
): string | undefined {
  const heads = [...queues].flatMap(([namespace, [first]]) =>
    first === undefined ? [] : [{ namespace, first, count: counts.get(namespace) ?? 0 }],
  );
  return heads.toSorted((one, other) => one.count - other.count || bySince(one.first, other.first))[0]?.namespace;
}

function bySince(one: WaitingFunction, other: WaitingFunction): number {
  const left = `${one.since} ${one.key}`;
  const right = `${other.since} ${other.key}`;
  return left === right ? 0 : left < right ? -1 : 1;
}
