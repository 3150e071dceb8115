import type { LambdaAgent } from '../api/index.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { budgetShares } from './budget.ts';
import type { UsedBudgets } from './used-budgets.ts';

export interface MeteredAgents {
  /** An agent by its key, as it is now. */
  readonly find: (key: string) => LambdaAgent | undefined;
  readonly budgets: Pick<UsedBudgets, 'all'>;
  readonly today: () => Date;
}

/** Says at each scrape which share of its budget of the day each agent has used; nothing of a day that is over. */
export function addBudgetMetrics(registry: MetricRegistry, { budgets, find, today }: MeteredAgents): void {
  registry.gauge('knative_lambda_agent_budget_used_ratio', (gauge) => {
    gauge.reset();
    const day = today().toISOString().slice(0, 10);
    for (const { agent: key, used } of budgets.all()) {
      const { metadata, spec } = find(key) ?? {};
      if (metadata === undefined || spec === undefined || used.day !== day) continue;
      const { name: agent, namespace: agent_namespace } = metadata;
      for (const [unit, share] of budgetShares(spec, used)) gauge.set({ agent, agent_namespace, unit }, share);
    }
  });
}
