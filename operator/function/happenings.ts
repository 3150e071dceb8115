import type { Condition, LambdaFunctionStatus } from '../api/index.ts';
import type { Happening } from '../reconcile/event.ts';
import { type ConditionType, findingOf } from './finding.ts';

/** What the step behind a condition does; Ready repeats one of them. */
const actions: Readonly<Partial<Record<string, readonly [ConditionType, string]>>> = {
  SourceReady: ['SourceReady', 'Resolve'],
  BuildReady: ['BuildReady', 'Build'],
  DeployReady: ['DeployReady', 'Deploy'],
  ExposeReady: ['ExposeReady', 'Expose'],
  RebuildAvailable: ['RebuildAvailable', 'Compare'],
  SpecEffective: ['SpecEffective', 'Validate'],
};

/** Of a step that has nothing to do, or waits for another one: that one tells. */
const untold = new Set(['ImageGiven', 'SourceNotReady', 'BuildSkipped', 'ImageNotReady', 'EventingOff']);

/** What happened to a function between two of its statuses: one for each condition with another reason. */
export function happeningsOf(
  before: LambdaFunctionStatus | undefined,
  after: LambdaFunctionStatus,
): readonly Happening[] {
  const reasonsBefore = new Map(before?.conditions?.map(({ type, reason }) => [type, reason]));
  return (after.conditions ?? [])
    .filter(({ reason, type }) => reasonsBefore.get(type) !== reason && !untold.has(reason))
    .flatMap(happeningOf);
}

function happeningOf(condition: Condition): readonly Happening[] {
  const [type, action] = actions[condition.type] ?? [];
  const found = type && findingOf(type, condition);
  if (found === undefined || action === undefined) return [];
  return [
    { type: condition.status === 'False' ? 'Warning' : 'Normal', reason: found.reason, action, note: found.message },
  ];
}
