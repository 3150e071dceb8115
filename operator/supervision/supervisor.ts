import type { LambdaAgent } from '../api/index.ts';
import type { Clock } from '../kube/clock.ts';
import { mapLimited } from '../receiver/dead-letters/map-limited.ts';
import { Refusal } from '../receiver/refusal.ts';
import {
  type Action,
  type ActionReference,
  type AgentReference,
  type Answer,
  answered,
  askedOf,
  claimed,
  decided,
  isOverdue,
  newAction,
  postponed,
  released,
} from './action.ts';
import type { ActionStore } from './action-store.ts';
import { type ApprovalPolicy, approvalPolicy, pollMs, type Provider } from './approval-policy.ts';

/** Asks a provider about an action. @returns its answer where it gives one at once. Rejects when it cannot be asked */
export type Ask = (action: Action, policy: ApprovalPolicy) => Promise<Omit<Answer, 'provider'> | undefined>;

/** What the supervisor tells of itself. */
export interface SupervisionTelemetry {
  decided(verdict: 'approved' | 'rejected'): void;
  asked(provider: Provider, result: 'success' | 'failed'): void;
  /** From the last look at all of them. */
  waiting(held: number, overdue: number): void;
}

export interface SupervisorProps {
  readonly store: ActionStore;
  /** @returns undefined for an agent that is not there */
  readonly findAgent: (agent: AgentReference) => Promise<LambdaAgent | undefined>;
  readonly ask: Readonly<Record<Provider, Ask>>;
  /** Hands an event to a Broker; resolves once the Broker has it for good. */
  readonly deliver: (address: string, event: Action['event']) => Promise<void>;
  /** Told of each decision before it has its effect. */
  readonly audit: (action: Action) => void;
  readonly telemetry: SupervisionTelemetry;
  readonly clock: Clock;
  readonly today: () => Date;
  /** Something that nobody else draws. */
  readonly newId: () => string;
  /** Told of what is tried again. */
  readonly onFault: (error: unknown) => void;
}

export type Held = 'held' | 'duplicate' | 'forwarded';

/** What became of an answer. */
export type Counted =
  | { readonly kind: 'decided'; readonly verdict: 'approved' | 'rejected' }
  /** Others have to answer too. */
  | { readonly kind: 'noted' }
  /** Nothing waits for it. */
  | { readonly kind: 'late' };

/** Longer than one round of questions and the sending take together. */
const claimMs = 60_000;
const [firstRetryMs, lastRetryMs] = [2000, 60_000] as const;
const everyMs = 5000;
const lanes = 8;
/** Of one agent: more are not looked at by anybody. */
const mostOpen = 100;

/** Holds what supervised agents send until somebody approves. Several may run at once: an action is one's at a time. */
export class Supervisor {
  readonly #props: SupervisorProps;
  readonly #working = new Set<Promise<unknown>>();

  constructor(props: SupervisorProps) {
    this.#props = props;
  }

  /**
   * Keeps an event that an agent sends; resolves once it is kept. An agent that is not supervised (any more) has it sent on.
   * @throws Refusal
   */
  async hold(reference: ActionReference, event: Action['event']): Promise<Held> {
    const { findAgent, store, today } = this.#props;
    const { agent: named } = reference;
    const agent = await findAgent(named);
    if (agent === undefined) throw new Refusal('unknown_target', `no agent ${named.namespace}/${named.name}`);
    if (agent.spec.operationMode !== 'supervised') {
      await this.#send(agent, event);
      return 'forwarded';
    }
    if ((await store.openOf(named)) >= mostOpen) {
      const message = `${mostOpen} actions of the agent wait for approval; send again once some are decided`;
      throw new Refusal('rate_limit_exceeded', message, { retryAfterMs: lastRetryMs });
    }
    if (!(await store.add(newAction(reference, event, today())))) return 'duplicate';
    this.#start(reference);
    return 'held';
  }

  /** Counts the answer of somebody who may answer; resolves once it is kept. */
  async answer(reference: ActionReference, given: Answer): Promise<Counted> {
    const { findAgent, store, today } = this.#props;
    const policy = policyOf(await findAgent(reference.agent));
    if (policy?.providers.includes(given.provider) !== true) return { kind: 'late' };
    const action = await store.update(reference, (before) => answered(before, given, { now: today(), policy }));
    if (action === undefined) return { kind: 'late' };
    if (action.decision === undefined) return { kind: 'noted' };
    this.#start(reference);
    return { kind: 'decided', verdict: action.decision.verdict };
  }

  /** Asks, times out, sends on: until the signal; never fails. What a killed program has begun is done here. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onFault } = this.#props;
    while (!signal.aborted) {
      await this.look().catch(onFault);
      await clock.sleep(everyMs, signal).catch(() => {});
    }
    await this.settled();
  }

  /** Takes every action as far as it goes now. */
  async look(): Promise<void> {
    const { store, telemetry } = this.#props;
    const states = await mapLimited(await store.open(), lanes, (reference) => this.#takeFurther(reference));
    const held = states.filter((state) => state !== 'gone');
    telemetry.waiting(held.length, held.filter((state) => state === 'overdue').length);
  }

  /** Resolves when what was started in the background has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#working);
  }

  #start(reference: ActionReference): void {
    const work = this.#takeFurther(reference);
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }

  /** One that fails keeps no other from going on. */
  async #takeFurther(reference: ActionReference): Promise<'gone' | 'waiting' | 'overdue'> {
    const { findAgent, onFault, store, today } = this.#props;
    try {
      const action = await store.read(reference);
      if (action === undefined) return 'gone';
      const agent = await findAgent(reference.agent);
      const policy = policyOf(agent);
      if (this.#isDue(action, policy)) await this.#work(reference, agent);
      return policy !== undefined && isOverdue(action, policy, today()) ? 'overdue' : 'waiting';
    } catch (error) {
      onFault(error);
      return 'waiting';
    }
  }

  #isDue(action: Action, policy: ApprovalPolicy | undefined): boolean {
    const now = this.#props.today();
    if (decided(action, policy, now).decision !== undefined) return true;
    return policy !== undefined && policy.providers.some((provider) => isToAsk(action, provider, { policy, now }));
  }

  async #work(reference: ActionReference, agent: LambdaAgent | undefined): Promise<void> {
    const { newId, store, today } = this.#props;
    const by = newId();
    const ours = await store.update(reference, (action) => claimed(action, by, { forMs: claimMs, now: today() }));
    if (ours === undefined) return;
    const policy = policyOf(agent);
    const isDecided = decided(ours, policy, today()).decision !== undefined;
    const isAsked = isDecided || policy === undefined || (await this.#askAll(ours, policy));
    const action = await store.update(reference, (before) => {
      // an answer that came meanwhile has given the work to somebody else
      if (before.claim?.by !== by) return undefined;
      const now = today();
      return claimed(decided(before, policy, now), by, { forMs: claimMs, now });
    });
    if (action === undefined) return;
    if (action.decision !== undefined) return this.#settle(action, agent, by);
    const now = today();
    const forMs = retryMs(action.attempts);
    await store.update(reference, (one) => (isAsked ? released(one, by) : postponed(one, by, { forMs, now })));
  }

  /** @returns whether everybody could be asked */
  async #askAll(action: Action, policy: ApprovalPolicy): Promise<boolean> {
    const now = this.#props.today();
    let isAsked = true;
    for (const provider of policy.providers.filter((one) => isToAsk(action, one, { policy, now }))) {
      isAsked = (await this.#askOne(action, provider, policy)) && isAsked;
    }
    return isAsked;
  }

  async #askOne(action: Action, provider: Provider, policy: ApprovalPolicy): Promise<boolean> {
    const { ask, onFault, store, telemetry, today } = this.#props;
    try {
      const given = await ask[provider](action, policy);
      telemetry.asked(provider, 'success');
      await store.update(action, (before) => {
        const now = today();
        const asked = askedOf(before, provider, now);
        const next = given === undefined ? asked : (answered(asked, { provider, ...given }, { now, policy }) ?? asked);
        return before.claim === undefined ? next : { ...next, claim: before.claim };
      });
      return true;
    } catch (error) {
      telemetry.asked(provider, 'failed');
      onFault(error);
      return false;
    }
  }

  /** Tells, sends, ends: whoever is killed in between has the last of these done again by the next one. */
  async #settle(action: Action, agent: LambdaAgent | undefined, by: string): Promise<void> {
    const { audit, onFault, store, telemetry, today } = this.#props;
    if (action.decision?.isTold === false) {
      audit(action);
      telemetry.decided(action.decision.verdict);
      await store.update(action, told);
    }
    if (await store.isClosed(action)) return store.drop(action);
    // with the agent its Broker is gone
    const isToSend = action.decision?.verdict === 'approved' && agent !== undefined;
    try {
      if (isToSend) await this.#send(agent, action.event);
    } catch (error) {
      onFault(error);
      const now = today();
      await store.update(action, (one) => postponed(one, by, { forMs: retryMs(one.attempts), now }));
      return;
    }
    await store.close(action, isToSend ? 'sent' : 'dropped');
  }

  async #send(agent: LambdaAgent | undefined, event: Action['event']): Promise<void> {
    const address = agent?.status?.eventingStatus?.brokerUrl;
    if (address === undefined) throw new Refusal('dependency_unavailable', 'the Broker of the agent has no address');
    await this.#props.deliver(address, event);
  }
}

function told(action: Action): Action {
  return action.decision === undefined ? action : { ...action, decision: { ...action.decision, isTold: true } };
}

const policyOf = (agent: LambdaAgent | undefined): ApprovalPolicy | undefined => agent && approvalPolicy(agent.spec);

const retryMs = (attempts: number): number => Math.min(firstRetryMs * 2 ** attempts, lastRetryMs);

interface Moment {
  readonly policy: ApprovalPolicy;
  readonly now: Date;
}

/** Once, or again and again where the answer has to be fetched. */
function isToAsk({ answers, asked }: Action, provider: Provider, { now, policy }: Moment): boolean {
  const last = asked[provider];
  if (answers[provider] !== undefined) return false;
  if (last === undefined) return true;
  const every = provider === 'custom' ? pollMs(policy) : undefined;
  return every !== undefined && now.getTime() - Date.parse(last) >= every;
}
