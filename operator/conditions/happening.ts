import type { Condition } from '../api/index.ts';
import type { Happening } from '../reconcile/event.ts';

/** What is told of the conditions of a kind. */
export interface Telling {
  /** What the step behind a condition does; others repeat one of these. */
  readonly actions: Readonly<Record<string, string>>;
  /** Reasons of a step that has nothing to do, or waits for another one: that one tells. */
  readonly untold: ReadonlySet<string>;
}

/** What happened to an object between two of its statuses: one for each condition with another reason. */
export function happeningsBetween(
  before: readonly Condition[],
  after: readonly Condition[],
  { actions, untold }: Telling,
): readonly Happening[] {
  const reasonsBefore = new Map(before.map(({ type, reason }) => [type, reason]));
  return after
    .filter(({ reason, type }) => reasonsBefore.get(type) !== reason && !untold.has(reason))
    .flatMap(({ message: note, reason, status, type }) => {
      const action = actions[type];
      return action === undefined
        ? []
        : [{ type: status === 'False' ? ('Warning' as const) : ('Normal' as const), reason, action, note }];
    });
}
