import { isRefusal } from '../function/deploy.ts';
import { ensureObject } from '../ensure-object.ts';
import { isLeftover } from '../leftovers.ts';
import { nameOwner } from '../name-claim.ts';
import { currentCondition } from '../specs/knative-condition.ts';
import { type KnativeService, knativeServiceResource } from '../specs/knative-service.ts';
import { referenceVersions } from '../specs/reference.ts';
import { serviceAccountResource } from '../specs/service-account.ts';
import { buildAccount } from './account.ts';
import type { BudgetFacts } from './budget.ts';
import { byAgent } from './caches.ts';
import type { DeployFacts } from './deploy-state.ts';
import { type BrokerFacts, brokerUrlOf } from './eventing-state.ts';
import { type AgentPass, type StepResult, unsettledMs } from './pass.ts';
import { referencesOf } from './references.ts';
import { sinkOf, type SupervisionFacts } from './supervision.ts';
import { type AgentServiceProps, buildAgentService } from './service.ts';

/** Applies the Knative Service of the agent, and the account that its pods run as. */
export async function reconcileDeploy(
  pass: AgentPass,
  broker: BrokerFacts,
  { budget, supervision }: { readonly budget: BudgetFacts; readonly supervision: SupervisionFacts },
): Promise<StepResult<DeployFacts>> {
  const { agent, caches, key } = pass;
  const live = caches.services.cache.get(key);
  const obstacle = obstacleOf(pass, live);
  if (obstacle !== undefined) return obstacle;
  const brokerUrl = brokerUrlOf(broker, agent.status?.eventingStatus);
  const waitMs = live === undefined && brokerUrl === undefined ? addressDueMs(broker, pass.today()) : 0;
  if (waitMs > 0 && broker.kind === 'found') {
    return { facts: { kind: 'waitsForBroker', broker: broker.name }, againMs: waitMs };
  }
  return (await accountRefusal(pass)) ?? ensureService(pass, live, { budget, sink: sinkOf(supervision, brokerUrl) });
}

/** What keeps the agent from having the Service of its name. */
function obstacleOf(
  { agent, caches, key }: AgentPass,
  live: KnativeService | undefined,
): StepResult<DeployFacts> | undefined {
  const { functions, services } = caches;
  if (services.unavailable !== undefined) {
    return { facts: { kind: 'notInstalled', resource: services.name }, againMs: unsettledMs };
  }
  if (live !== undefined && isLeftover(live, agent.kind, agent.metadata.uid)) return { facts: { kind: 'leftover' } };
  const owner = nameOwner(agent, { rival: functions.cache.get(key), service: live });
  return owner === undefined ? undefined : { facts: { kind: 'taken', owner } };
}

/** A broker has its address by then, or something is wrong with it: the agent starts without it. */
const addressMs = 60_000;

/** How long an agent that does not run yet waits for an address, so that it does not start twice. */
function addressDueMs(facts: BrokerFacts, today: Date): number {
  if (facts.kind !== 'found' || currentCondition(facts.broker, 'Ready')?.status === 'False') return 0;
  return Date.parse(facts.broker.metadata.creationTimestamp) + addressMs - today.getTime();
}

async function accountRefusal(pass: AgentPass): Promise<StepResult<DeployFacts> | undefined> {
  const account = buildAccount(pass.agent);
  if (account === undefined) return undefined;
  try {
    await ensureObject(pass, pass.caches.serviceAccounts, serviceAccountResource, account);
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { name } = account.metadata;
    return { facts: { kind: 'accountRefused', account: name, cause: error.message }, againMs: unsettledMs };
  }
}

async function ensureService(
  pass: AgentPass,
  live: KnativeService | undefined,
  around: Pick<AgentServiceProps, 'sink' | 'budget'>,
): Promise<StepResult<DeployFacts>> {
  const { agent, caches, key, objects, settings } = pass;
  const references = referenceVersions(referencesOf(agent.spec), objects, live);
  const wanted = buildAgentService({ agent, settings, references, ...around });
  try {
    return {
      facts: {
        kind: 'service',
        service: await ensureObject(pass, caches.services, knativeServiceResource, wanted),
        revisions: caches.revisions.cache.byIndex(byAgent, key),
        replicaSets: caches.replicaSets.cache.byIndex(byAgent, key),
        pods: caches.pods.cache.byIndex(byAgent, key),
        pinnedTo: undefined,
        isPinGone: false,
      },
    };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { facts: { kind: 'refused', cause: error.message }, againMs: unsettledMs };
  }
}
