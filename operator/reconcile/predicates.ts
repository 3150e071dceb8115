import type { Change } from '../kube/change.ts';
import type { KubernetesObject } from '../kube/object.ts';

/** Whether a change is worth a pass. What is added or deleted always is for the predicates of this file. */
export type Predicate<T extends KubernetesObject> = (change: Change<T>) => boolean;

type Update = Extract<Change<KubernetesObject>, { type: 'updated' }>;

const whenUpdated =
  (isWorthPass: (update: Update) => boolean): Predicate<KubernetesObject> =>
  (change) =>
    change.type !== 'updated' || isWorthPass(change);

/** Passes a change of the spec, and a request for deletion; not one of status, labels or annotations. */
export const generationChanged = whenUpdated(
  ({ before, object }) =>
    before.metadata.uid !== object.metadata.uid ||
    before.metadata.generation !== object.metadata.generation ||
    before.metadata.deletionTimestamp !== object.metadata.deletionTimestamp,
);

export const labelsChanged = whenUpdated(
  ({ before, object }) => !hasSameEntries(before.metadata.labels, object.metadata.labels),
);

export const annotationsChanged = whenUpdated(
  ({ before, object }) => !hasSameEntries(before.metadata.annotations, object.metadata.annotations),
);

export const anyOf =
  <T extends KubernetesObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (change) =>
    predicates.some((isWorthPass) => isWorthPass(change));

function hasSameEntries(
  one: Readonly<Record<string, string>> = {},
  other: Readonly<Record<string, string>> = {},
): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
