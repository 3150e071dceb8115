import type { Fields } from '../diff/value.ts';
import type { Comparison } from '../finding.ts';
import type { ObjectId } from '../object.ts';

/** One object on both sides, undefined where it is not. */
export interface Pair {
  readonly id: ObjectId;
  readonly base: Fields | undefined;
  readonly head: Fields | undefined;
}

/** Objects that are not the same text on both sides, sorted by key; of the given kinds, as `apps/Deployment`. */
export function pairsOf({ base, head }: Comparison, ...kinds: readonly string[]): readonly Pair[] {
  const keys = [...new Set([...base.keys(), ...head.keys()])].toSorted();
  return keys
    .flatMap((key): readonly Pair[] => {
      const [before, after] = [base.get(key), head.get(key)];
      const id = after?.id ?? before?.id;
      return id === undefined ? [] : [{ id, base: before?.value, head: after?.value }];
    })
    .filter((pair) => pair.base !== pair.head && kinds.includes(`${pair.id.apiGroup}/${pair.id.kind}`));
}
