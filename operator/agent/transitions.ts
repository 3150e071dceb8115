import type { LambdaAgent, LambdaAgentStatus } from '../api/index.ts';
import { endTransitions, serviceTransitions, type Transition, wholeTransitions } from '../lifecycle/transition.ts';

/** What happened to an agent and its service between its stored status and another. */
export function agentTransitions(
  { status: before = {} }: LambdaAgent,
  after: LambdaAgentStatus,
): readonly Transition[] {
  return [
    ...wholeTransitions('Agent', before, after, {}),
    ...serviceTransitions(before.serviceStatus, after.serviceStatus),
  ];
}

/** What is told of an agent that is gone. */
export const agentEnd = ({ status = {} }: LambdaAgent): readonly Transition[] => endTransitions('Agent', status);
