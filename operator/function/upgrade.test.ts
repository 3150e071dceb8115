import { expect, test } from '@jest/globals';
import { annotations } from '../api/index.ts';
import { type Edit, MemoryWorld } from './memory-world.ts';
import { sampleSettings } from './sample.ts';

/** Another release: images of its own, and another wrapper in each language. */
const upgraded = {
  wrappers: { nodejs: 'n2', python: 'p2', go: 'g2' },
  settings: {
    ...sampleSettings,
    builds: {
      ...sampleSettings.builds,
      builderImage: 'registry.example.com/builder:next',
      fetchImage: 'registry.example.com/knative-lambda-operator:next',
    },
  },
} as const;

const asked = { [annotations.rebuildRequested]: 'new wrapper' };
const edits = Array.from({ length: 100 }, (_, index): Edit => ({
  kind: 'edit',
  name: `f-${index}`,
  content: `x = ${index}`,
  replicas: 0,
}));

test('an operator with new wrappers makes no Job and no revision for 100 functions, until one is asked for', async () => {
  const world = new MemoryWorld(edits.length);
  for (const edit of edits) world.edit(edit);
  await world.settle();
  expect(world.served).toEqual(world.wanted);
  const before = { jobs: world.cluster.all('jobs'), generations: world.generations };
  expect([...before.generations.values()]).toEqual(edits.map(() => 1));

  world.restart(upgraded);
  await world.settle();
  expect({ jobs: world.cluster.all('jobs'), generations: world.generations }).toEqual(before);
  const offered = edits.filter(({ name }) =>
    world.status(name).conditions.some(({ status, type }) => type === 'RebuildAvailable' && status === 'True'),
  );
  expect(offered).toEqual(edits);

  world.edit({ kind: 'edit', name: 'f-7', content: 'x = 7', replicas: 0, annotations: asked });
  await world.settle();
  expect(world.cluster.all('jobs')).toHaveLength(before.jobs.length + 1);
  expect([...world.generations].filter(([, generation]) => generation > 1)).toEqual([['f-7', 2]]);
}, 120_000);
