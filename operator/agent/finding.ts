import { findingsOf, type Finding as AnyFinding } from '../conditions/finding.ts';
import { reasons } from './reasons.ts';

export type ConditionType = keyof typeof reasons;

/** What is so of one agent. */
export type Finding<Condition extends ConditionType = ConditionType> = AnyFinding<Condition>;

/** A row of the table of reasons with its values. */
export const finding = findingsOf(reasons);
