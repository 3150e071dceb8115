import { Pool } from 'undici';
import type { LambdaAgent } from '../api/index.ts';
import type { ControllerParts } from '../controllers.ts';
import type { ReferenceCaches } from '../function/caches.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import { pendingEvent } from '../lifecycle/transition.ts';
import { Controller } from '../reconcile/controller.ts';
import { done } from '../reconcile/outcome.ts';
import { annotationsChanged, anyOf, generationChanged } from '../reconcile/predicates.ts';
import { whenGone } from '../reconcile/when-gone.ts';
import { type Watch, watchMapped, watchOwn } from '../reconcile/watches.ts';
import { servedBy } from '../served-namespaces.ts';
import { brokerName } from './broker.ts';
import { addBudgetMetrics } from './budget-metrics.ts';
import { type AgentCaches, agentCaches, agentKeys } from './caches.ts';
import { forwardsOf, routeOf } from './forward.ts';
import { KnownAgents, type ParsedAgent } from './known-agents.ts';
import { ModelHealth } from './model-health.ts';
import { addModelMetrics } from './model-metrics.ts';
import { modelProbe } from './model-probe.ts';
import { addPhaseMetrics } from './phase-metrics.ts';
import { reconcileAgent } from './reconcile.ts';
import { referencesOf } from './references.ts';
import { agentSender } from './sender.ts';
import type { AgentSettings } from './settings.ts';
import { agentEnd } from './transitions.ts';
import { readUsedBy, UsedBudgets } from './used-budgets.ts';

const workers = 10;
const timeoutMs = 120_000;
const resyncMs = 36_000_000;

const today = (): Date => new Date();

/** The controller of LambdaAgents. */
export function buildAgentController({ config, informers, lifecycle, ...parts }: ControllerParts): Controller {
  const { client, clock, isLeading, random, recorder, registry, telemetry } = parts;
  const caches = agentCaches(informers, config);
  const agents = new KnownAgents(caches.agents);
  const models = new ModelHealth({ ask: modelProbe((origin) => new Pool(origin, { connections: 1 })), clock, today });
  addModelMetrics(registry, models);
  const budgets = new UsedBudgets({ read: readUsedBy(), clock });
  addBudgetMetrics(registry, { find: (key) => agentOf(agents.get(key)), budgets, today });
  addPhaseMetrics(registry, { agents: caches.agents, known: agents, isLeading });
  const settings = config.agents;
  const outbox = lifecycle.outbox(({ name, namespace }) => controller.enqueue(`${namespace}/${name}`, { lane: 'low' }));
  const world = { client, caches, agents, models, budgets, settings, recorder, outbox, today };
  const isServed = servedBy(config.watch);
  const controller: Controller = new Controller({
    ...telemetry.observe({
      name: 'agent',
      workers,
      reconcile: async (key, context) => (isServed(key) ? reconcileAgent(key, context, world) : done),
    }),
    timeoutMs,
    resyncMs,
    clock,
    random,
    watches: watchesOf(caches, agents, settings),
  });
  whenGone(caches.agents, (object) => {
    const parsed = agents.parse(object);
    if (parsed.kind === 'unreadable' || !isServed(keyOf(object))) return;
    const { agent } = parsed;
    const news = agentEnd(agent).map((one) => pendingEvent(agent, one, today()));
    outbox.close(agentSender(agent, settings), agent.status?.pendingEvents ?? [], news);
  });
  return controller;
}

const agentOf = (parsed: ParsedAgent | undefined): LambdaAgent | undefined =>
  parsed?.kind === 'agent' ? parsed.agent : undefined;

function watchesOf(caches: AgentCaches, known: KnownAgents, settings: AgentSettings): readonly Watch[] {
  const { agents, brokerConfigs, brokers, functions, pods, replicaSets, revisions, serviceAccounts, triggers } = caches;
  const { references, roleBindings, services } = caches;
  const own = [revisions, replicaSets, pods, triggers, brokerConfigs, serviceAccounts, roleBindings] as const;
  return [
    watchOwn(agents, isWorthPass),
    ...[services, functions].map((informer) => watchMapped(informer, (object) => [keyOf(object)])),
    ...own.map((informer) => watchMapped(informer, agentKeys)),
    watchMapped(brokers, brokerReaders(caches, known, settings)),
    ...(references === undefined ? [] : referenceWatches(caches, references, known)),
  ];
}

const byBroker = 'broker';

/** Agents that read a broker, or send on to it. */
function brokerReaders({ agents }: AgentCaches, known: KnownAgents, { broker: mode }: AgentSettings) {
  agents.addIndex(byBroker, (object) => {
    const parsed = known.parse(object);
    if (parsed.kind === 'unreadable') return [];
    const { agent } = parsed;
    const { name, namespace } = agent.metadata;
    const routes = forwardsOf(agent).map((forward) => routeOf(forward, agent, mode));
    const targets = routes.flatMap((route) => (route.kind === 'broker' ? [route.key] : []));
    return [...new Set([`${namespace}/${brokerName(name, mode)}`, ...targets])];
  });
  return (broker: KubernetesObject): readonly string[] => agents.cache.byIndex(byBroker, keyOf(broker)).map(keyOf);
}

const byReference = 'agentReference';

function referenceWatches(
  { agents }: AgentCaches,
  { configMaps, secrets }: ReferenceCaches,
  known: KnownAgents,
): readonly Watch[] {
  agents.addIndex(byReference, (object) => {
    const parsed = known.parse(object);
    const references = parsed.kind === 'agent' ? referencesOf(parsed.agent.spec) : [];
    return references.map(({ kind, name }) => `${kind} ${object.metadata.namespace}/${name}`);
  });
  const naming = (kind: string) => (object: KubernetesObject) =>
    agents.cache.byIndex(byReference, `${kind} ${keyOf(object)}`).map(keyOf);
  return [watchMapped(secrets, naming('Secret')), watchMapped(configMaps, naming('ConfigMap'))];
}

/** Not its own status. */
const isWorthPass = anyOf(generationChanged, annotationsChanged);
