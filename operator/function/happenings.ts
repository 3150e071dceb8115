import type { LambdaFunctionStatus } from '../api/index.ts';
import { happeningsBetween } from '../conditions/happening.ts';
import type { Happening } from '../reconcile/event.ts';

const telling = {
  actions: {
    SourceReady: 'Resolve',
    BuildReady: 'Build',
    DeployReady: 'Deploy',
    ExposeReady: 'Expose',
    RebuildAvailable: 'Compare',
    SpecEffective: 'Validate',
  },
  untold: new Set(['ImageGiven', 'SourceNotReady', 'BuildSkipped', 'ImageNotReady', 'EventingOff']),
};

/** What happened to a function between two of its statuses. */
export function happeningsOf(
  before: LambdaFunctionStatus | undefined,
  after: LambdaFunctionStatus,
): readonly Happening[] {
  return happeningsBetween(before?.conditions ?? [], after.conditions ?? [], telling);
}
