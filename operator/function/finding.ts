import { findingsOf, type Finding as AnyFinding, readReason } from '../conditions/finding.ts';
import { reasons } from './reasons.ts';

export type ConditionType = keyof typeof reasons;

/** What is so of one function. */
export type Finding<Condition extends ConditionType = ConditionType> = AnyFinding<Condition>;

/** A row of the table of reasons with its values. */
export const finding = findingsOf(reasons);

/** What a condition says that was written before; undefined for a reason that is not in the table any more. */
export function findingOf<Condition extends ConditionType>(
  condition: Condition,
  said: { readonly message: string; readonly reason: string },
): Finding<Condition> | undefined {
  return readReason(reasons, condition, said);
}
