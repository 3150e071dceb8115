import { agentPhases } from '../api/index.ts';
import { countByPhase } from '../count-by-phase.ts';
import type { Informer } from '../kube/informer.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { StoredAgent } from '../function/known-functions.ts';
import type { KnownAgents } from './known-agents.ts';

type Phase = (typeof agentPhases)[number];

export interface CountedAgents {
  readonly agents: Pick<Informer<StoredAgent>, 'cache'>;
  readonly known: Pick<KnownAgents, 'parse'>;
  /** One that stands by counts nothing: gauges of all replicas are summed. */
  readonly isLeading: () => boolean;
}

/** Counts the agents of each namespace by phase, at each scrape. */
export function addPhaseMetrics(registry: MetricRegistry, { agents, isLeading, known }: CountedAgents): void {
  registry.gauge('knative_lambda_operator_lambdaagents', (gauge) => {
    gauge.reset();
    const objects = isLeading() ? [...agents.cache.list()] : [];
    const phased = objects.map((one) => ({ namespace: one.metadata.namespace ?? '', phase: phaseOf(one, known) }));
    for (const { namespace, phase, count } of countByPhase(agentPhases, phased)) {
      gauge.set({ agent_namespace: namespace, phase }, count);
    }
  });
}

/** One that nobody has looked at yet is Pending. */
function phaseOf(object: StoredAgent, known: Pick<KnownAgents, 'parse'>): Phase {
  const parsed = known.parse(object);
  return parsed.kind === 'unreadable' ? 'Failed' : (parsed.agent.status?.phase ?? 'Pending');
}
