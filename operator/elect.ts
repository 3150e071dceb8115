import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import type { KubeClient } from './kube/client.ts';
import type { Clock } from './kube/clock.ts';
import { LeaderElection } from './reconcile/leader.ts';
import { KubeLeaseStore } from './reconcile/lease-store.ts';
import { defaultLeaseTiming } from './reconcile/lease.ts';
import { type Election, noElection } from './reconcile/manager.ts';
import { leaderMetrics } from './telemetry/leader-metrics.ts';
import type { Log } from './telemetry/log.ts';
import type { MetricRegistry } from './telemetry/metric-registry.ts';

export interface ElectionParts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly registry: MetricRegistry;
  readonly log: Log;
}

/** Who decides which replica acts. */
export function electionOf({ leaderElection, podName }: Config, parts: ElectionParts): Election {
  const { client, clock, random, registry, log } = parts;
  const observer = leaderMetrics(registry);
  switch (leaderElection.kind) {
    case 'none':
      return noElection;
    case 'lease': {
      const { namespace, name } = leaderElection;
      return new LeaderElection({
        name,
        // a container that starts again in its pod is another candidate
        identity: `${podName}_${randomUUID()}`,
        timing: defaultLeaseTiming,
        store: new KubeLeaseStore(client, { namespace, name }, 'knative-lambda-operator'),
        clock,
        random,
        today: () => new Date(),
        observer: {
          ...observer,
          leading(lease, isLeading) {
            observer.leading(lease, isLeading);
            log.info({ lease }, isLeading ? 'leads' : 'leads no more');
          },
          failed: (lease, err) => log.warn({ lease, err }, 'the lease was not read or written'),
        },
      });
    }
  }
}
