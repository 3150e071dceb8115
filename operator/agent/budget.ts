import type { Used } from '../budget/messages.ts';
import { budgetPath } from '../budget/budget-path.ts';
import { type BudgetPolicy, budgetPolicy, shareOf, toDecimal, toMicros, usedShare } from '../budget/policy.ts';
import type { LambdaAgent, LambdaAgentStatus } from '../api/index.ts';
import { finding, type Finding } from './finding.ts';
import { type AgentPass, type StepResult, unsettledMs } from './pass.ts';

/** How the calls of an agent are counted. */
export type BudgetFacts =
  | { readonly kind: 'none' }
  /** Nobody here could count them: the agent is not started so. */
  | { readonly kind: 'unavailable' }
  /** @param ledger address of it, a secret of the agent; @param used undefined where nobody has said */
  | { readonly kind: 'metered'; readonly ledger: string; readonly used: Used | undefined };

/** Between two looks at what is used. */
const lookAgainMs = 60_000;
const firstLookMs = 1000;

/** Finds out where the calls of an agent are counted, and what is used so far. */
export async function reconcileBudget({
  agent,
  budgets,
  key,
  settings,
}: Pick<AgentPass, 'agent' | 'budgets' | 'key' | 'settings'>): Promise<StepResult<BudgetFacts>> {
  if (agent.spec.budget === undefined) {
    budgets.forget(key);
    return { facts: { kind: 'none' } };
  }
  const { supervision: receiver } = settings;
  const pathKey = await receiver?.readKey();
  if (receiver === undefined || pathKey === undefined) return { facts: { kind: 'unavailable' }, againMs: unsettledMs };
  const { name, namespace } = agent.metadata;
  const ledger = new URL(budgetPath(pathKey, { namespace, name }), receiver.address).href;
  const { isAsked, used } = budgets.read(key, ledger);
  const facts = { kind: 'metered', ledger, used: isAsked ? used : knownBefore(agent) } as const;
  return { facts, againMs: isAsked ? lookAgainMs : firstLookMs };
}

/** By the operator before this one, so that its end changes no status. */
function knownBefore({ status }: LambdaAgent): Used | undefined {
  const { day, moneyUsed = '0', tokensUsed } = status?.budget ?? {};
  if (day === undefined || tokensUsed === undefined) return undefined;
  return { day, tokens: tokensUsed, micros: toMicros(moneyUsed) };
}

/** What keeps an agent from being started: calls that nobody could count. */
export const budgetFaults = (facts: BudgetFacts): readonly Finding<'SpecAccepted'>[] =>
  facts.kind === 'unavailable' ? [finding('SpecAccepted', 'BudgetUnavailable', {})] : [];

/** What the condition says; undefined for an agent without a budget. */
export function budgetFinding({ spec }: LambdaAgent, facts: BudgetFacts): Finding<'Budget'> | undefined {
  const policy = budgetPolicy(spec);
  if (policy === undefined || facts.kind !== 'metered') return undefined;
  if (facts.used === undefined) return finding('Budget', 'BudgetUnread', {});
  switch (stateOf(policy, facts.used)) {
    case 'within':
      return finding('Budget', 'WithinBudget', {});
    case 'warned':
      return finding('Budget', 'BudgetNearlySpent', { percent: policy.warnPercent });
    case 'spent':
      return finding('Budget', 'BudgetSpent', { effect: effects[policy.action] });
  }
}

const effects = {
  pause: 'calls of the model are refused until 00:00 UTC',
  throttle: 'one call of the model begins in ten seconds',
  warn: 'calls of the model go on',
} as const;

type State = 'within' | 'warned' | 'spent';

function stateOf({ day, warnPercent }: BudgetPolicy, used: Used): State {
  const share = usedShare(used, day) ?? 0;
  if (share >= 1) return 'spent';
  return share * 100 >= warnPercent ? 'warned' : 'within';
}

/** What was known stays while nobody says more. */
export function budgetStatus({ spec, status }: LambdaAgent, facts: BudgetFacts): LambdaAgentStatus['budget'] {
  const policy = budgetPolicy(spec);
  if (policy === undefined) return undefined;
  if (facts.kind !== 'metered' || facts.used === undefined) return status?.budget;
  const { currency, day: limit } = policy;
  const { day, micros, tokens } = facts.used;
  return {
    day,
    state: stateOf(policy, facts.used),
    tokensUsed: tokens,
    ...(limit.tokens === undefined ? {} : { tokensLimit: limit.tokens }),
    ...(currency === undefined ? {} : { moneyUsed: toDecimal(micros), currency }),
    ...(limit.micros === undefined ? {} : { moneyLimit: toDecimal(limit.micros) }),
  };
}

/** Used shares of the limits of a day, by the units that metrics have. */
export function budgetShares(
  spec: LambdaAgent['spec'],
  used: Used,
): readonly (readonly ['tokens' | 'money', number])[] {
  const { day } = budgetPolicy(spec) ?? {};
  const tokens = shareOf(used.tokens, day?.tokens);
  const money = shareOf(used.micros, day?.micros);
  return [
    ...(tokens === undefined ? [] : [['tokens', tokens] as const]),
    ...(money === undefined ? [] : [['money', money] as const]),
  ];
}
