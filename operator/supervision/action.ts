import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ApprovalPolicy, Provider } from './approval-policy.ts';

export type Verdict = 'approved' | 'rejected';

const time = z.iso.datetime();
const verdict = z.enum(['approved', 'rejected']);
const answer = z.strictObject({ verdict, by: z.string(), at: time });

const decision = z.strictObject({
  verdict,
  /** Who answered last, or why nobody had to. */
  by: z.string(),
  at: time,
  /** Whether the audit log has it. */
  isTold: z.boolean(),
});

const actionSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  agent: z.strictObject({ namespace: z.string(), name: z.string() }),
  /** In its JSON form (CloudEvents JSON format 1.0). */
  event: z.record(z.string(), z.unknown()),
  heldAt: time,
  /** When each was asked last. */
  asked: z.partialRecord(z.enum(['slack', 'custom']), time),
  answers: z.partialRecord(z.enum(['slack', 'custom']), answer),
  decision: decision.optional(),
  /** Who works on it, and until when nobody else does. */
  claim: z.strictObject({ by: z.string(), until: time }).optional(),
  /** Attempts to send it on that failed. */
  attempts: z.int().min(0),
});

/** Something that an agent wants to do, an event that it sends: held until somebody approves. */
export type Action = z.output<typeof actionSchema>;
export type Decision = z.output<typeof decision>;
export type AgentReference = Action['agent'];

export interface ActionReference {
  readonly agent: AgentReference;
  readonly id: string;
}

/** @throws Error for what is no action; it says nothing of what it holds */
export function parseAction(body: Buffer): Action {
  const { data } = actionSchema.safeParse(JSON.parse(body.toString()));
  if (data === undefined) throw new Error('an action that is held cannot be read');
  return data;
}

/** Source and id name an event; this is short and safe in a key, a message and a log. */
export const actionId = (identity: string): string => createHash('sha256').update(identity).digest('hex').slice(0, 32);

export function newAction({ agent, id }: ActionReference, event: Action['event'], now: Date): Action {
  return { id, agent, event, heldAt: now.toISOString(), asked: {}, answers: {}, attempts: 0 };
}

/** Work on an action is one program's at a time; undefined where somebody else does. */
export function claimed(action: Action, by: string, { forMs, now }: { forMs: number; now: Date }): Action | undefined {
  const { claim } = action;
  if (claim !== undefined && claim.by !== by && Date.parse(claim.until) > now.getTime()) return undefined;
  return { ...action, claim: { by, until: later(now, forMs) } };
}

export function released({ claim, ...action }: Action, by: string): Action {
  return claim === undefined || claim.by === by ? action : { ...action, claim };
}

export const askedOf = (action: Action, provider: Provider, now: Date): Action => ({
  ...action,
  asked: { ...action.asked, [provider]: now.toISOString() },
});

/** An attempt to send it on that failed: nobody tries again before so long. */
export function postponed(action: Action, by: string, { forMs, now }: { forMs: number; now: Date }): Action {
  return { ...action, attempts: action.attempts + 1, claim: { by, until: later(now, forMs) } };
}

export interface Answer {
  readonly provider: Provider;
  readonly verdict: Verdict;
  readonly by: string;
}

/** The first answer of each provider counts; undefined for one that comes too late to. */
export function answered(
  action: Action,
  { by, provider, verdict: given }: Answer,
  { now, policy }: { readonly now: Date; readonly policy: ApprovalPolicy | undefined },
): Action | undefined {
  if (action.decision !== undefined || action.answers[provider] !== undefined) return undefined;
  const answers = { ...action.answers, [provider]: { verdict: given, by, at: now.toISOString() } };
  const { claim: _, ...next } = decided({ ...action, answers }, policy, now);
  return next;
}

/** The action with its decision, where there is one to make. */
export function decided(action: Action, policy: ApprovalPolicy | undefined, now: Date): Action {
  if (action.decision !== undefined) return action;
  const made = decisionOn(action, policy, now);
  return made === undefined ? action : { ...action, decision: { ...made, at: now.toISOString(), isTold: false } };
}

type Made = Pick<Decision, 'verdict' | 'by'>;

function decisionOn(action: Action, policy: ApprovalPolicy | undefined, now: Date): Made | undefined {
  if (policy === undefined) return { verdict: 'rejected', by: 'the agent has no approval any more' };
  return answerOf(action, policy) ?? timeoutOf(action, policy, now);
}

function answerOf({ answers }: Action, policy: ApprovalPolicy): Made | undefined {
  const given = policy.providers.flatMap((provider) => answers[provider] ?? []);
  const refusal = given.find((one) => one.verdict === 'rejected');
  if (refusal !== undefined) return { verdict: 'rejected', by: refusal.by };
  const needed = policy.requireAll ? policy.providers.length : 1;
  return given.length === 0 || given.length < needed
    ? undefined
    : { verdict: 'approved', by: given.map(({ by }) => by).join(', ') };
}

/** Whether nobody has answered in the time that the policy allows. */
export function isOverdue({ heldAt }: Action, { timeoutMs }: ApprovalPolicy, now: Date): boolean {
  return now.getTime() - Date.parse(heldAt) >= timeoutMs;
}

function timeoutOf(action: Action, policy: ApprovalPolicy, now: Date): Made | undefined {
  if (!isOverdue(action, policy, now)) return undefined;
  switch (policy.timeoutAction) {
    case 'approve':
      return { verdict: 'approved', by: 'the timeout' };
    case 'reject':
      return { verdict: 'rejected', by: 'the timeout' };
    case 'pending':
      return undefined;
  }
}

const later = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();
