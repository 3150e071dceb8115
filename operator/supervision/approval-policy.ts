import { durationSeconds, type LambdaAgent } from '../api/index.ts';

export const providers = ['slack', 'custom'] as const;

/** Who is asked. */
export type Provider = (typeof providers)[number];

type Approval = NonNullable<LambdaAgent['spec']['approval']>;
export type SlackSettings = NonNullable<Approval['slack']>;
export type CustomSettings = NonNullable<Approval['custom']>;

/** Keys of Secrets that are read to ask and to believe an answer, by the field that names them. */
export type ApprovalSecrets = ReturnType<typeof approvalSecrets>;

export const approvalSecrets = ({ custom, slack }: Partial<Pick<Approval, 'slack' | 'custom'>>) => ({
  'slack.webhookUrlSecretRef': slack?.webhookUrlSecretRef,
  'slack.botTokenSecretRef': slack?.botTokenSecretRef,
  'slack.signingSecretRef': slack?.signingSecretRef,
  'custom.authSecretRef': custom?.authSecretRef,
});

/** How actions of an agent are approved. */
export interface ApprovalPolicy {
  /** Who is asked; nobody where it is empty. */
  readonly providers: readonly Provider[];
  readonly slack: SlackSettings | undefined;
  readonly custom: CustomSettings | undefined;
  readonly secrets: ApprovalSecrets;
  /** How long an answer is waited for. */
  readonly timeoutMs: number;
  /** What counts as the answer after that; pending waits on. */
  readonly timeoutAction: Approval['timeoutAction'];
  /** Whether each provider has to approve, and not one of them. */
  readonly requireAll: boolean;
}

/** The policy of an agent; undefined where its spec has none. Without a list those are asked that the spec describes. */
export function approvalPolicy({ approval }: Pick<LambdaAgent['spec'], 'approval'>): ApprovalPolicy | undefined {
  if (approval === undefined) return undefined;
  const { custom, requireAll, slack, timeout, timeoutAction } = approval;
  const described = providers.filter((provider) => approval[provider] !== undefined);
  return {
    providers: described.filter((provider) => approval.providers?.includes(provider) ?? true),
    slack,
    custom,
    secrets: approvalSecrets(approval),
    timeoutMs: durationSeconds(timeout) * 1000,
    timeoutAction,
    requireAll,
  };
}

/** Milliseconds between two questions to a service that does not call back; undefined where one question is enough. */
export const pollMs = ({ custom }: Pick<ApprovalPolicy, 'custom'>): number | undefined =>
  custom === undefined || custom.useWebhook ? undefined : durationSeconds(custom.pollInterval) * 1000;

/** Whether the answer of a Slack user counts; without a list that of everybody does. */
export const isApprover = (user: string, { approvers = [] }: Pick<SlackSettings, 'approvers'>): boolean =>
  approvers.length === 0 || approvers.includes(user);
