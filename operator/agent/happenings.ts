import type { LambdaAgentStatus } from '../api/index.ts';
import { happeningsBetween } from '../conditions/happening.ts';
import type { Happening } from '../reconcile/event.ts';

const telling = {
  actions: {
    SpecAccepted: 'Validate',
    DeployReady: 'Deploy',
    Eventing: 'Expose',
    Rights: 'Bind',
    Budget: 'Meter',
    SpecEffective: 'Validate',
  },
  untold: new Set(['SpecAccepted', 'SpecNotAccepted', 'EventingOff', 'WithinBudget', 'BudgetUnread']),
};

/** What happened to an agent between two of its statuses. */
export function happeningsOf(before: LambdaAgentStatus | undefined, after: LambdaAgentStatus): readonly Happening[] {
  return happeningsBetween(before?.conditions ?? [], after.conditions ?? [], telling);
}
