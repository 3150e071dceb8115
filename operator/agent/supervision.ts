import type { LambdaAgent } from '../api/index.ts';
import { agentPath } from '../supervision/action-path.ts';
import { type ApprovalPolicy, approvalPolicy } from '../supervision/approval-policy.ts';
import { finding, type Finding } from './finding.ts';
import { type AgentPass, type StepResult, unsettledMs } from './pass.ts';
import type { AgentSettings } from './settings.ts';

/** Where what an agent sends goes. */
export type SupervisionFacts =
  /** To its Broker: it is not supervised. */
  | { readonly kind: 'none' }
  /** Nowhere: nobody here could hold it. */
  | { readonly kind: 'unavailable' }
  /** To who holds it; the address is a secret of the agent. */
  | { readonly kind: 'held'; readonly address: string };

/** Finds out where a supervised agent sends its events, which must not be the Broker. */
export async function reconcileSupervision({
  agent,
  settings,
}: Pick<AgentPass, 'agent' | 'settings'>): Promise<StepResult<SupervisionFacts>> {
  if (agent.spec.operationMode !== 'supervised') return { facts: { kind: 'none' } };
  const key = await settings.supervision?.readKey();
  return settings.supervision === undefined || key === undefined
    ? { facts: { kind: 'unavailable' }, againMs: unsettledMs }
    : { facts: { kind: 'held', address: holdAddress(agent, settings.supervision, key) } };
}

function holdAddress(
  { metadata: { name, namespace } }: LambdaAgent,
  { address }: NonNullable<AgentSettings['supervision']>,
  key: string,
): string {
  return new URL(agentPath(key, { namespace, name }), address).href;
}

/** The address that an agent is told; undefined where it has no Broker, or is supervised by nobody. */
export function sinkOf(facts: SupervisionFacts, brokerUrl: string | undefined): string | undefined {
  switch (facts.kind) {
    case 'none':
      return brokerUrl;
    case 'unavailable':
      return undefined;
    case 'held':
      return brokerUrl && facts.address;
  }
}

/** What the condition says; undefined for an agent that is not supervised. */
export function supervisionFinding({ spec }: LambdaAgent, facts: SupervisionFacts): Finding<'Supervision'> | undefined {
  if (facts.kind === 'none') return undefined;
  if (facts.kind === 'unavailable') return finding('Supervision', 'SupervisionUnavailable', {});
  const policy = approvalPolicy(spec);
  const providers = policy?.providers ?? [];
  if (policy === undefined || providers.length === 0) return finding('Supervision', 'NobodyAsked', {});
  return slackFinding(policy) ?? finding('Supervision', 'Supervised', { providers: providers.join(', ') });
}

/** Id of a user or of a bot user (Slack, Object types). */
const slackUser = /^[UW][A-Z0-9]{2,31}$/;

function slackFinding({ providers, slack }: ApprovalPolicy): Finding<'Supervision'> | undefined {
  if (slack === undefined || !providers.includes('slack')) return undefined;
  if (slack.signingSecretRef === undefined) return finding('Supervision', 'AnswersUnchecked', {});
  const hasWebhook = slack.webhookUrl !== undefined || slack.webhookUrlSecretRef !== undefined;
  if (slack.channel === undefined && !hasWebhook) return finding('Supervision', 'ChannelMissing', {});
  const unknown = (slack.approvers ?? []).filter((approver) => !slackUser.test(approver));
  return unknown.length === 0
    ? undefined
    : finding('Supervision', 'ApproversUnknown', { approvers: unknown.join(', ') });
}
