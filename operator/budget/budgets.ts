import type { AwsCredentials } from '../fetch/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { BrokerKeys } from '../receiver/broker-path.ts';
import type { DeadLetterBucket } from '../receiver/dead-letters/bucket-request.ts';
import { findAgentIn } from '../supervision/find-agent.ts';
import { openVersioned } from '../receiver/dead-letters/versioned-objects.ts';
import type { Log } from '../telemetry/log.ts';
import { LedgerStore } from './ledger-store.ts';
import { type BudgetRoutes, budgetRoutes } from './routes.ts';

export interface BudgetsProps {
  readonly place: DeadLetterBucket;
  readonly storeKeys: () => AwsCredentials | undefined;
  readonly pathKeys: () => BrokerKeys;
  readonly client: Pick<KubeClient, 'get'>;
  readonly log: Log;
  readonly today: () => Date;
}

/** Everything that a receiver does about budgets of agents. */
export function openBudgets({ client, log, pathKeys, place, storeKeys, today }: BudgetsProps): BudgetRoutes {
  return budgetRoutes({
    store: new LedgerStore(openVersioned(place, storeKeys)),
    findAgent: findAgentIn(client),
    keys: () => pathKeys().accepted,
    today,
    onFault: (err) => log.warn({ err }, 'the budget of an agent cannot be kept'),
  });
}
