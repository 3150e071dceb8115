import { expect, test } from '@jest/globals';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { KnownAgents } from './known-agents.ts';
import { memoryCaches } from './memory-caches.ts';
import { namespace, MemoryWorld } from './memory-world.ts';
import { addPhaseMetrics } from './phase-metrics.ts';

const counts = (phases: Readonly<Record<string, number>>) =>
  Object.entries(phases).map(
    ([phase, count]) =>
      `knative_lambda_operator_lambdaagents{agent_namespace="${namespace}",phase="${phase}"} ${count}`,
  );

test('agents are counted by phase, a phase without one as 0, and a namespace without one not at all, on the leader only', async () => {
  const world = new MemoryWorld();
  for (const name of ['one', 'two']) world.edit(name, {});
  await world.settle(['one', 'two']);
  const { agents } = memoryCaches(world.cluster);
  const registry = new MetricRegistry();
  let leads = true;
  addPhaseMetrics(registry, { agents, known: new KnownAgents(agents), isLeading: () => leads });
  const samples = async (): Promise<readonly string[]> =>
    (await registry.render()).split('\n').filter((line) => line.startsWith('knative_lambda_operator_lambdaagents{'));

  world.edit('new', {});
  world.edit('unreadable', { image: {} });
  world.cluster.tell();
  expect(await samples()).toEqual(counts({ Pending: 1, Deploying: 0, Ready: 2, Failed: 1, Deleting: 0 }));
  leads = false;
  expect(await samples()).toEqual([]);
  leads = true;
  for (const name of ['one', 'two', 'new', 'unreadable']) world.remove(name);
  world.cluster.tell();
  expect(await samples()).toEqual([]);
});
