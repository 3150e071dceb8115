import type { LambdaAgent } from '../api/index.ts';
import { isRefusal } from '../function/deploy.ts';
import { type ApiError, isNotFound } from '../kube/api-error.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { type Broker, brokerResource } from '../specs/broker.ts';
import { currentCondition } from '../specs/knative-condition.ts';
import { wasApplied } from '../specs/applied-object.ts';
import { rabbitmqBrokerConfigResource } from '../specs/rabbitmq-broker-config.ts';
import {
  type Address,
  type AppliedTrigger,
  type Destination,
  type Trigger,
  triggerResource,
} from '../specs/trigger.ts';
import { ensureObject } from '../ensure-object.ts';
import { removeTriggers } from '../trigger-removal.ts';
import { brokerName, buildAgentBroker, rabbitmqOf } from './broker.ts';
import { byAgent } from './caches.ts';
import { comesBack, type ForwardEdge, forwardEdges } from './forward-loop.ts';
import { type BrokerFacts, noTriggers, type TriggerFacts } from './eventing-state.ts';
import { type Forward, forwardsOf, routeOf, targetOf } from './forward.ts';
import { type AgentPass, type StepResult, unsettledMs } from './pass.ts';
import { buildForwardTrigger, buildSubscriptionTrigger, isUnmatched, serviceOf } from './triggers.ts';

/** Eventing is off unless the block is there. */
export const isEventingOn = ({ spec }: LambdaAgent): boolean => spec.eventing?.enabled ?? false;

/** Finds the broker of the agent, or makes the one that it has for itself. */
export async function reconcileBroker(pass: AgentPass): Promise<StepResult<BrokerFacts>> {
  const { agent, caches, settings } = pass;
  if (!isEventingOn(agent)) return { facts: { kind: 'off' } };
  const { brokers, triggers } = caches;
  const absent = [brokers, triggers].find(({ unavailable }) => unavailable !== undefined);
  if (absent !== undefined) return { facts: { kind: 'notInstalled', resource: absent.name }, againMs: unsettledMs };
  const name = brokerName(agent.metadata.name, settings.broker);
  const live = brokers.cache.get(`${agent.metadata.namespace}/${name}`);
  if (settings.broker.kind === 'shared') {
    return { facts: live === undefined ? { kind: 'missing', name } : { kind: 'found', name, broker: live } };
  }
  // one that somebody else made is read as it is
  return live === undefined || wasApplied(live) ? ensureBroker(pass, name) : found(name, live);
}

const found = (name: string, broker: Broker): StepResult<BrokerFacts> => ({ facts: { kind: 'found', name, broker } });

async function ensureBroker(pass: AgentPass, name: string): Promise<StepResult<BrokerFacts>> {
  const { agent, caches, settings } = pass;
  const rabbitmq = rabbitmqOf(agent, settings.broker);
  if (rabbitmq === undefined) return { facts: { kind: 'rabbitmqUnknown', name } };
  const { broker, config } = buildAgentBroker(agent, rabbitmq, settings);
  try {
    await ensureObject(pass, caches.brokerConfigs, rabbitmqBrokerConfigResource, config);
    return found(name, await ensureObject(pass, caches.brokers, brokerResource, broker));
  } catch (error) {
    if (!isUnmakeable(error)) throw error;
    return { facts: { kind: 'refused', name, cause: error.message }, againMs: unsettledMs };
  }
}

/** A kind that is not there is refused too. */
const isUnmakeable = (error: unknown): error is ApiError => isRefusal(error) || isNotFound(error);

interface Wanted {
  readonly subscriptions: readonly AppliedTrigger[];
  readonly forwards: readonly AppliedTrigger[];
  /** Names of those whose target cannot be found now: what is there of them stays. */
  readonly kept: readonly string[];
  /** Names of those that may not be: what is there of them goes at once. */
  readonly denied: readonly string[];
  readonly open: Pick<TriggerFacts, 'unmatched' | 'notAllowed' | 'loops' | 'missing'>;
}

/** Applies the Triggers of the agent where there is a broker for them; old ones go once the new ones are ready. */
export async function reconcileTriggers(pass: AgentPass, broker: BrokerFacts): Promise<StepResult<TriggerFacts>> {
  if (broker.kind === 'off') {
    if (pass.caches.triggers.unavailable === undefined)
      await removeTriggers(ownTriggers(pass), pass.client, pass.context.signal);
    return { facts: noTriggers };
  }
  if (broker.kind !== 'found') return { facts: noTriggers };
  const wanted = wantedTriggers(pass);
  const all = [...wanted.subscriptions, ...wanted.forwards];
  const { refused, triggers } = await ensureTriggers(pass, all);
  const names = all.map(({ metadata }) => metadata.name);
  const areReady = triggers.length === all.length && triggers.every(isReady);
  const stay = new Set([...names, ...wanted.kept]);
  const goes = areReady ? (name: string) => !stay.has(name) : (name: string) => wanted.denied.includes(name);
  const gone = ownTriggers(pass).filter(({ metadata }) => goes(metadata.name));
  await removeTriggers(gone, pass.client, pass.context.signal);
  const forwards = wanted.forwards.map(({ metadata }) => metadata.name);
  const facts = { wanted: names, forwards, triggers, refused, ...wanted.open };
  // of a loop another agent may let go, whose change is no event of this one
  return refused.length === 0 && facts.loops.length === 0 ? { facts } : { facts, againMs: unsettledMs };
}

function wantedTriggers(pass: AgentPass): Wanted {
  const { agent, settings } = pass;
  const subscriptions = agent.spec.eventing?.subscriptions ?? [];
  const forwards = forwardsOf(agent);
  const matched = forwards.filter(({ type }) => !isUnmatched(type));
  const edges = matched.length === 0 ? [] : knownEdges(pass);
  const routed = matched.map((forward) => ({ forward, way: wayOf(forward, pass, edges) }));
  const targets = (kind: Way['kind']) => [
    ...new Set(routed.filter(({ way }) => way.kind === kind).map(({ forward }) => targetOf(forward))),
  ];
  const nameOf = ({ forward }: { readonly forward: Forward }): string =>
    buildForwardTrigger(agent, forward, { uri: '' }, settings).metadata.name;
  const types = [...subscriptions.map(({ eventType }) => eventType), ...forwards.map(({ type }) => type)];
  return {
    subscriptions: subscriptions
      .filter(({ eventType }) => !isUnmatched(eventType))
      .map((subscription) => buildSubscriptionTrigger(agent, subscription, settings)),
    forwards: routed.flatMap(({ forward, way }) =>
      way.kind === 'open' ? [buildForwardTrigger(agent, forward, way.subscriber, settings)] : [],
    ),
    kept: routed.filter(({ way }) => way.kind === 'missing').map(nameOf),
    denied: routed.filter(({ way }) => way.kind === 'notAllowed' || way.kind === 'loop').map(nameOf),
    open: {
      unmatched: [...new Set(types.filter(isUnmatched))],
      notAllowed: targets('notAllowed'),
      loops: targets('loop'),
      missing: targets('missing'),
    },
  };
}

type Way =
  | { readonly kind: 'open'; readonly subscriber: Destination | Address }
  | { readonly kind: 'notAllowed' | 'loop' | 'missing' };

/** What all agents send on, as far as it is known. */
function knownEdges({ agents, caches, settings }: AgentPass): readonly ForwardEdge[] {
  const parsed = [...caches.agents.cache.list()].map((object) => agents.parse(object));
  const on = parsed.flatMap((one) => (one.kind === 'agent' && isEventingOn(one.agent) ? [one.agent] : []));
  return forwardEdges(on, settings.broker);
}

/** Where a forward goes now: the address that the broker of the target says it has. */
function wayOf(forward: Forward, { agent, caches, settings }: AgentPass, edges: readonly ForwardEdge[]): Way {
  const route = routeOf(forward, agent, settings.broker);
  switch (route.kind) {
    case 'notAllowed':
    case 'loop':
      return route;
    case 'service':
      return { kind: 'open', subscriber: serviceOf(forward.agent, forward.namespace) };
    case 'broker': {
      const { name, namespace } = agent.metadata;
      const from = `${namespace}/${brokerName(name, settings.broker)}`;
      if (comesBack({ from, to: route.key, type: forward.type }, edges)) return { kind: 'loop' };
      const uri = caches.brokers.cache.get(route.key)?.status?.address?.url;
      return uri === undefined ? { kind: 'missing' } : { kind: 'open', subscriber: { uri } };
    }
  }
}

const isReady = (trigger: Trigger): boolean => currentCondition(trigger, 'Ready')?.status === 'True';

/** One that is refused keeps no other from being made. */
async function ensureTriggers(pass: AgentPass, wanted: readonly AppliedTrigger[]) {
  const triggers: Trigger[] = [];
  const refused: { readonly trigger: string; readonly cause: string }[] = [];
  for (const one of wanted) {
    try {
      triggers.push(await ensureObject(pass, pass.caches.triggers, triggerResource, one));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.push({ trigger: one.metadata.name, cause: error.message });
    }
  }
  return { triggers, refused };
}

function ownTriggers({ agent, caches, key }: AgentPass): readonly Trigger[] {
  return caches.triggers.cache.byIndex(byAgent, key).filter((trigger) => isOwn(trigger, agent));
}

const isOwn = ({ metadata }: KubernetesObject, agent: LambdaAgent): boolean =>
  metadata.ownerReferences?.some(({ uid }) => uid === agent.metadata.uid) ?? false;
