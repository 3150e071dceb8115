import type { LeaderObserver } from '../reconcile/leader.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** Says which pod leads. */
export function leaderMetrics(registry: MetricRegistry): LeaderObserver {
  const status = registry.gauge('leader_election_master_status');
  const slowPaths = registry.counter('leader_election_slowpath_total');
  return {
    leading: (name, isLeading) => status.set({ name }, isLeading ? 1 : 0),
    slowPath: (name) => slowPaths.inc({ name }),
  };
}
