import { finalizers, type LambdaAgentStatus } from '../api/index.ts';
import { toSeconds } from '../conditions/judgement.ts';
import { unreadableSince, unreadableStatus } from '../conditions/unreadable.ts';
import { referencedObjects } from '../function/caches.ts';
import { agentResource, type StoredAgent } from '../function/known-functions.ts';
import { type Heir, removeLeftovers } from '../leftovers.ts';
import { conflictMs, withoutConflict } from '../reconcile/conflict.ts';
import { identityOf, pendingEvent, withPending } from '../lifecycle/transition.ts';
import { removeOldFinalizer } from '../reconcile/old-finalizer.ts';
import { whileThere } from '../reconcile/while-there.ts';
import { done, type Outcome, requeueAfter, terminal, waiting } from '../reconcile/outcome.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { manager } from '../specs/ownership.ts';
import { budgetFaults, reconcileBudget } from './budget.ts';
import { byAgent } from './caches.ts';
import { agentSender } from './sender.ts';
import { reconcileDeploy } from './deploy.ts';
import type { DeployFacts } from './deploy-state.ts';
import { reconcileBroker, reconcileTriggers } from './eventing.ts';
import { finding } from './finding.ts';
import { happeningsOf } from './happenings.ts';
import { fieldsWithoutEffect } from './ineffective-fields.ts';
import { askAgainMs } from './model-health.ts';
import type { ModelFacts } from './model-status.ts';
import { modelTarget } from './model-target.ts';
import type { AgentPass, AgentWorld, StepResult } from './pass.ts';
import { reconcileRights } from './rights.ts';
import { type AgentFacts, agentStatus, deletingStatus, isSameStatus } from './status.ts';
import { agentTransitions } from './transitions.ts';
import { reconcileSupervision } from './supervision.ts';
import { validateAgent } from './validation.ts';

/** Makes the cluster as the agent of the key says, step by step, and says in its status how far that is. */
export async function reconcileAgent(key: string, context: ReconcileContext, world: AgentWorld): Promise<Outcome> {
  const stored = world.caches.agents.cache.get(key);
  const parsed = world.agents.get(key);
  await removeLeftovers(heirOf(key, stored, world), world.client, context.signal);
  if (stored === undefined || parsed === undefined) {
    forget(key, world);
    return done;
  }
  const { client } = world;
  const removal = { client, finalizer: finalizers.LambdaAgent, fieldManager: manager, signal: context.signal };
  await removeOldFinalizer(agentResource, stored, removal);
  if (parsed.kind === 'unreadable') {
    forget(key, world);
    await tellUnreadable(stored, parsed.message, world, context);
    return terminal('SpecUnreadable', parsed.message);
  }
  const { agent } = parsed;
  const objects = referencedObjects(agent.metadata.namespace, world.caches.references);
  return withoutConflict(() => reconcileReadable({ ...world, key, context, agent, objects }));
}

function forget(key: string, { budgets, models }: AgentWorld): void {
  budgets.forget(key);
  models.forget(key);
}

function heirOf(key: string, stored: StoredAgent | undefined, { caches }: AgentWorld): Heir {
  return {
    kind: 'LambdaAgent',
    resource: agentResource,
    key,
    uid: stored?.metadata.uid,
    service: caches.services.cache.get(key),
    triggers: caches.triggers.cache.byIndex(byAgent, key),
  };
}

/** What belongs to an agent has owner references: the garbage collector takes it, also while no operator runs. */
async function reconcileReadable(pass: AgentPass): Promise<Outcome> {
  const { agent, today } = pass;
  if (agent.metadata.deletionTimestamp !== undefined) {
    await writeStatus(pass, deletingStatus(agent, today()));
    return done;
  }
  const { facts, againMs } = await takeSteps(pass);
  if (!(await writeStatus(pass, agentStatus(facts)))) return waiting('Conflict', conflictMs);
  return againMs === undefined ? done : requeueAfter(againMs);
}

/** The broker comes first: the agent is told its address. What is wrong with the spec changes nothing that runs. */
async function takeSteps(pass: AgentPass): Promise<StepResult<AgentFacts>> {
  const { agent, objects, settings, today } = pass;
  const budget = await reconcileBudget(pass);
  const faults = [...validateAgent(agent, settings, objects), ...budgetFaults(budget.facts)];
  const rights = await reconcileRights(pass);
  const broker = await reconcileBroker(pass);
  const supervision = await reconcileSupervision(pass);
  const around = { budget: budget.facts, supervision: supervision.facts };
  const deploy: StepResult<DeployFacts> =
    faults.length === 0 ? await reconcileDeploy(pass, broker.facts, around) : notAccepted;
  const triggers = await reconcileTriggers(pass, broker.facts);
  const model = readModel(pass);
  const times = [rights, broker, supervision, budget, deploy, triggers, model].flatMap(({ againMs }) =>
    againMs === undefined ? [] : [againMs],
  );
  return {
    facts: {
      agent,
      faults,
      rights: rights.facts,
      tiers: settings.tiers,
      ...around,
      deploy: deploy.facts,
      eventing: { broker: broker.facts, triggers: triggers.facts },
      model: model.facts,
      areSecretsWatched: objects.kind === 'watched',
      ineffective: fieldsWithoutEffect(agent.spec, settings.broker),
      now: today(),
    },
    ...(times.length === 0 ? {} : { againMs: Math.min(...times) }),
  };
}

/** Asked beside the passes: the next one after the answer tells of it. */
function readModel({ agent, key, models }: AgentPass): StepResult<ModelFacts> {
  const target = modelTarget(agent.spec);
  const report = models.read(key, target);
  if (target === undefined) return { facts: { target, report } };
  return { facts: { target, report }, againMs: report === undefined ? unaskedMs : askAgainMs };
}

const unaskedMs = 1000;

const notAccepted: StepResult<DeployFacts> = { facts: { kind: 'notAccepted' } };

async function tellUnreadable(
  { metadata, status: before }: StoredAgent,
  cause: string,
  { client, today }: AgentWorld,
  { signal }: ReconcileContext,
): Promise<void> {
  const { generation, name, namespace, uid } = metadata;
  const since = unreadableSince(before) ?? toSeconds(today());
  const found = finding('SpecAccepted', 'SpecUnreadable', { cause });
  const status = unreadableStatus(found, generation ?? 0, since);
  if (canonicalJson(before) === canonicalJson(status)) return;
  const options = { fieldManager: manager, force: true, signal };
  await client.applyStatus(agentResource, { metadata: { name, namespace, uid }, status }, options);
}

/** Only what differs from what is stored; people and programs are told of what is written. False where somebody else wrote since. */
async function writeStatus(pass: AgentPass, status: LambdaAgentStatus): Promise<boolean> {
  const { agent, agents, client, context, outbox, recorder, settings, today } = pass;
  const { pendingEvents: stored = [], ...before } = agent.status ?? {};
  const sender = agentSender(agent, settings);
  if (isSameStatus(before, status) && !outbox.isSettled(sender)) {
    outbox.offer(sender, stored);
    return true;
  }
  const news = agentTransitions(agent, status).map((one) => pendingEvent(agent, one, today()));
  const pending = outbox.pack(sender, stored, news);
  const object = {
    metadata: identityOf(agent, stored.length + pending.length > 0),
    status: withPending(status, pending),
  };
  const options = { fieldManager: manager, force: true, signal: context.signal };
  const written = await whileThere(() => client.applyStatus(agentResource, object, options));
  if (written === undefined) return false;
  agents.remember(written);
  for (const happening of happeningsOf(agent.status, status)) recorder.record(written, happening);
  outbox.offer(sender, pending);
  return true;
}
