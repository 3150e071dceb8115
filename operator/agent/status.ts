import type { AgentTier, conditionTypes, LambdaAgent, LambdaAgentStatus } from '../api/index.ts';
import { type Judgement, judge as judgeAs, progress, timed } from '../conditions/judgement.ts';
import { serviceStatus } from '../function/deploy-state.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { type BudgetFacts, budgetFinding, budgetStatus } from './budget.ts';
import { type DeployFacts, deployFinding } from './deploy-state.ts';
import { type EventingFacts, eventingFinding, eventingStatus } from './eventing-state.ts';
import { finding, type Finding } from './finding.ts';
import { aiStatus, type ModelFacts } from './model-status.ts';
import { type RightsFacts, rightsFinding } from './rights.ts';
import { type SupervisionFacts, supervisionFinding } from './supervision.ts';
import { disabledBySpec } from './tier.ts';

/** All that the status of an agent is made from. */
export interface AgentFacts {
  readonly agent: LambdaAgent;
  /** What only a person can change; empty where the spec can be met. */
  readonly faults: readonly Finding<'SpecAccepted'>[];
  readonly rights: RightsFacts;
  /** That the environment allows. */
  readonly tiers: readonly AgentTier[];
  readonly supervision: SupervisionFacts;
  readonly budget: BudgetFacts;
  readonly deploy: DeployFacts;
  readonly eventing: EventingFacts;
  readonly model: ModelFacts;
  readonly areSecretsWatched: boolean;
  /** Fields that ask in vain, as `fieldsWithoutEffect` says. */
  readonly ineffective: readonly string[];
  readonly now: Date;
}

/** The status of an agent. The same facts give the same status, so that an unchanged one is never written. */
export function agentStatus(facts: AgentFacts): LambdaAgentStatus {
  const { agent, deploy, eventing } = facts;
  const before = agent.status ?? {};
  const steps = stepFindings(facts);
  const service = servedStatus(deploy, before);
  const events = eventingStatus(eventing, before.eventingStatus);
  const ai = aiStatus(agent, facts.model);
  const permissions = permissionStatus(agent, facts.rights);
  const budget = budgetStatus(agent, facts.budget);
  return {
    phase: phaseOf(steps),
    observedGeneration: agent.metadata.generation,
    ...(service === undefined ? {} : { serviceStatus: service }),
    ...(events === undefined ? {} : { eventingStatus: events }),
    ...(ai === undefined ? {} : { aiStatus: ai }),
    ...(permissions === undefined ? {} : { permissionStatus: permissions }),
    ...(budget === undefined ? {} : { budget }),
    conditions: timed(judgementsOf(facts, steps, service?.url ?? ''), agent, facts.now),
  };
}

/** The status of an agent that somebody's finalizer holds after its deletion: what it was, and that it goes. */
export function deletingStatus(agent: LambdaAgent, now: Date): LambdaAgentStatus {
  const ready = finding('Ready', 'Deleting', {});
  const rest = (agent.status?.conditions ?? []).filter(({ type }) => !summary.has(type));
  return {
    ...agent.status,
    phase: 'Deleting',
    conditions: [...timed([judge('Ready', ready), ...progress(ready)], agent, now), ...rest],
  };
}

const summary: ReadonlySet<string> = new Set(['Ready', 'Reconciling', 'Stalled']);

/** Whether writing the status would change nothing. */
export function isSameStatus(before: LambdaAgentStatus | undefined, after: LambdaAgentStatus): boolean {
  return canonicalJson(before ?? {}) === canonicalJson(after);
}

interface Steps {
  readonly spec: Finding<'SpecAccepted'>;
  readonly deploy: Finding<'DeployReady'>;
  readonly eventing: Finding<'Eventing'>;
}

function stepFindings({ agent, deploy, eventing, faults }: AgentFacts): Steps {
  return {
    spec: faults[0] ?? finding('SpecAccepted', 'SpecAccepted', {}),
    deploy: deployFinding(deploy, agent.metadata.name),
    eventing: eventingFinding(eventing),
  };
}

/** The first step that does not hold, of those that an agent needs to serve. */
function firstOpen({ deploy, spec }: Steps): Finding | undefined {
  const open = [spec, deploy].filter(({ severity }) => severity !== 'done');
  return open.find(({ severity }) => severity === 'stalled') ?? open[0];
}

function phaseOf(steps: Steps): NonNullable<LambdaAgentStatus['phase']> {
  const open = firstOpen(steps);
  if (open === undefined) return 'Ready';
  if (open.severity === 'stalled') return 'Failed';
  return open.reason === 'BrokerAddressPending' ? 'Pending' : 'Deploying';
}

function readyFinding(steps: Steps, url: string): Finding {
  const open = firstOpen(steps);
  if (open !== undefined) return open;
  const { eventing } = steps;
  return eventing.severity === 'retrying' || eventing.severity === 'stalled'
    ? finding('Ready', 'ReadyWithoutEvents', { url, cause: eventing.message })
    : finding('Ready', 'Ready', { url });
}

type ConditionName = (typeof conditionTypes)['LambdaAgent'][number];

function judge(type: ConditionName, found: Finding, status?: Judgement['status']): Judgement {
  return judgeAs(type, found, status);
}

function judgementsOf(facts: AgentFacts, steps: Steps, url: string): readonly Judgement[] {
  const ready = readyFinding(steps, url);
  return [
    judge('Ready', ready),
    ...progress(ready),
    judge('SpecAccepted', steps.spec),
    judge('DeployReady', steps.deploy),
    judge('Eventing', steps.eventing),
    ...rightsJudgement(facts),
    ...supervisionJudgement(facts),
    ...budgetJudgement(facts),
    ...remarks(facts),
  ];
}

/** What is worth knowing and holds nothing up: there only while it is so. */
function remarks({ areSecretsWatched, ineffective }: AgentFacts): readonly Judgement[] {
  const fields = ineffective.join('; ');
  return [
    ...(areSecretsWatched ? [] : [judge('SecretsWatched', finding('SecretsWatched', 'SecretsUnwatched', {}), 'False')]),
    ...(fields === ''
      ? []
      : [judge('SpecEffective', finding('SpecEffective', 'FieldsWithoutEffect', { fields }), 'False')]),
  ];
}

function servedStatus(deploy: DeployFacts, before: LambdaAgentStatus): LambdaAgentStatus['serviceStatus'] {
  if (deploy.kind !== 'service') return before.serviceStatus;
  const { replicas: _, ...status } = serviceStatus(deploy, undefined) ?? {};
  return status;
}

function rightsJudgement({ rights, tiers }: AgentFacts): readonly Judgement[] {
  const found = rightsFinding(rights, tiers);
  return found === undefined ? [] : [judge('Rights', found)];
}

function supervisionJudgement({ agent, supervision }: AgentFacts): readonly Judgement[] {
  const found = supervisionFinding(agent, supervision);
  return found === undefined ? [] : [judge('Supervision', found)];
}

function budgetJudgement({ agent, budget }: AgentFacts): readonly Judgement[] {
  const found = budgetFinding(agent, budget);
  return found === undefined ? [] : [judge('Budget', found)];
}

/** What is given and what is switched off, never that something is not: of an agent without a tier it would read as a right. */
function permissionStatus(agent: LambdaAgent, facts: RightsFacts): LambdaAgentStatus['permissionStatus'] {
  const { disabled = [], tier } = facts.kind === 'none' ? {} : facts.rights;
  const off = new Set([...disabledBySpec(agent), ...disabled.map(({ capability }) => capability)]);
  const status = {
    ...(tier === undefined || facts.kind === 'refused' ? {} : { tier }),
    ...(off.has('broker') ? { brokerCreationDisabled: true } : {}),
    ...(off.has('trigger') ? { triggerCreationDisabled: true } : {}),
    ...(off.has('function') ? { functionCreationDisabled: true } : {}),
    ...(disabled.length === 0 ? {} : { disabledByEvent: [...disabled] }),
  };
  return Object.keys(status).length === 0 ? undefined : status;
}
