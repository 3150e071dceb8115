import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { apiVersion, labels } from '../api/index.ts';
import { stepSequences } from '../reconcile/step-sequences.ts';
import { digestOf, type Edit, MemoryWorld, namespace, type Step } from './memory-world.ts';

const names = ['one', 'two', 'three'] as const;
const contents = ['x = 1', 'x = 2'] as const;
const dayMs = 86_400_000;
const faults = ['refused', 'unanswered', 'late'] as const;

const name = fc.constantFrom(...names);
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constant('edit' as const),
  name,
  content: fc.constantFrom(...contents),
  replicas: fc.nat(1),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: edit },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass' as const), name }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tell' as const), most: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('build', 'serve', 'collect', 'kill') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('outage', 'land') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fail' as const), fault: fc.constantFrom(...faults) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), ms: fc.constantFrom(-dayMs, dayMs) }) },
);
const first: Edit = { kind: 'edit', name: 'one', content: contents[0], replicas: 0 };

describe('whatever is edited, killed and refused, and whatever the clock says', () => {
  const sequences = stepSequences<string, Edit, Step>(step, edit);

  test('every function ends up as its last spec asks, each content is built once, and each event is told', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const world = new MemoryWorld();
        for (const one of steps) await world.take(one);
        await world.settle();
        expect(world.served).toEqual(world.wanted);
        expect(world.untold).toEqual([]);
        expect([...world.builds.values()].filter((count) => count > 1)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  test('a settled cluster is written to no more, also by an operator that starts', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const world = new MemoryWorld();
        for (const one of steps) await world.take(one);
        await world.settle();
        const before = world.cluster.version;
        await world.take({ kind: 'kill' });
        for (const one of names) await world.pass(one);
        expect(world.cluster.version).toBe(before);
      }),
      { numRuns: 50 },
    );
  }, 120_000);
});

describe('a request that is done after its client has gone', () => {
  const author: Edit = { kind: 'edit', name: 'one', content: contents[0], replicas: 0 };
  const pass: Step = { kind: 'pass', name: 'one' };
  const tell: Step = { kind: 'tell', most: 9 };
  const few: fc.Arbitrary<readonly Step[]> = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...contents).map((content) => [{ ...author, content }]) },
    { weight: 4, arbitrary: fc.constantFrom<Step>({ kind: 'build' }, { kind: 'serve' }).map((done) => [done, tell]) },
    { weight: 4, arbitrary: fc.constant([tell, pass]) },
    { weight: 4, arbitrary: fc.constant<readonly Step[]>([{ kind: 'fail', fault: 'late' }, pass]) },
    { weight: 2, arbitrary: fc.constant<readonly Step[]>([{ kind: 'land' }]) },
    { weight: 1, arbitrary: fc.constant<readonly Step[]>([{ kind: 'outage' }]) },
  );

  test('writes over no event that nobody has heard of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(few, { minLength: 6, maxLength: 30, size: 'max' }), async (steps) => {
        const world = new MemoryWorld();
        for (const next of [author, { kind: 'outage' } as const, ...steps.flat()]) await world.take(next);
        await world.settle();
        expect(world.untold).toEqual([]);
        expect(world.served).toEqual(world.wanted);
      }),
      { numRuns: 100 },
    );
  }, 240_000);
});

test('the longest name of a function makes no name and no label that the API server refuses', async () => {
  const world = new MemoryWorld();
  const longest = `a${'-b'.repeat(31)}`;
  world.edit({ ...first, name: longest });
  await world.settle();
  expect(world.served).toEqual(world.wanted);
  const made = ['jobs', 'configmaps', 'services'].map((plural) =>
    world.cluster.all(plural).map(({ metadata }) => metadata),
  );
  expect(made.map(({ length }) => length)).toEqual([1, 1, 1]);
  const words = made.flat().flatMap((metadata) => [metadata.name, ...Object.values(metadata.labels ?? {})]);
  expect(words).toContain(longest);
  expect(words.filter((word) => !/^[a-z0-9]([-._a-z0-9]{0,61}[a-z0-9])?$/i.test(word))).toEqual([]);
});

test('an image that the registry has lost is built once more, by one Job', async () => {
  const world = new MemoryWorld();
  world.edit(first);
  await world.settle();
  const digest = digestOf(contents[0]);
  const message = `Failed to pull image "pull.example.com/f@${digest}": not found`;
  world.cluster.put('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one-pod', namespace, labels: { [labels.owner]: 'one' } },
    status: {
      containerStatuses: [{ name: 'user-container', state: { waiting: { reason: 'ErrImagePull', message } } }],
    },
  });
  for (let round = 0; round < 3; round++) {
    world.cluster.tell();
    await world.pass('one');
  }
  expect(world.cluster.all('jobs')).toHaveLength(2);
  await world.settle();
  expect(world.cluster.all('jobs')).toHaveLength(2);
  expect(world.served).toEqual(world.wanted);
});

test('a status that tells of events is written over no version but the one that was judged', async () => {
  const world = new MemoryWorld();
  world.edit(first);
  world.cluster.tell();
  await world.pass('one');
  world.cluster.tell();
  world.build();
  world.cluster.tell();
  world.edit({ ...first, annotations: { team: 'a' } });
  const before = world.status('one');
  await world.pass('one');
  expect(world.status('one')).toEqual(before);
  world.cluster.tell();
  await world.pass('one');
  expect(world.status('one').conditions).toContainEqual(
    expect.objectContaining({ type: 'BuildReady', status: 'True' }),
  );
});

describe('what a function that is gone has left behind', () => {
  const owner = { apiVersion, kind: 'LambdaFunction', name: 'one', uid: 'gone', controller: true };
  const leave = ({ cluster }: MemoryWorld): void => {
    const metadata = { namespace, labels: { [labels.owner]: 'one' }, ownerReferences: [owner] };
    cluster.put('services', {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { ...metadata, name: 'one' },
      spec: {},
    });
    cluster.put('triggers', {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { ...metadata, name: 'one-former' },
      spec: {},
    });
    cluster.tell();
  };

  test('makes room for the next one of the name', async () => {
    const world = new MemoryWorld();
    leave(world);
    world.edit(first);
    world.cluster.tell();
    await world.pass('one');
    expect(world.cluster.all('services')).toEqual([]);
    expect(world.cluster.all('triggers')).toEqual([]);
    expect(world.status('one').conditions).toContainEqual(
      expect.objectContaining({ type: 'DeployReady', status: 'Unknown', reason: 'FormerServiceEnding' }),
    );
    await world.settle();
    expect(world.served).toEqual(world.wanted);
  });

  test('is removed where no function has the name', async () => {
    const world = new MemoryWorld();
    leave(world);
    await world.pass('one');
    expect(world.cluster.all('services')).toEqual([]);
    expect(world.cluster.all('triggers')).toEqual([]);
  });

  test('stays while the API server knows an owner that the caches do not', async () => {
    const world = new MemoryWorld();
    leave(world);
    world.edit(first);
    await world.pass('one');
    expect(world.cluster.all('services')).toHaveLength(1);
  });
});

test('a function that the schema refuses says so, once', async () => {
  const world = new MemoryWorld();
  world.cluster.put('lambdafunctions', {
    apiVersion,
    kind: 'LambdaFunction',
    metadata: { name: 'one', namespace },
    spec: { source: { type: 'tape' } },
  });
  world.cluster.tell();
  await world.pass('one');
  const { conditions, phase } = world.status('one');
  expect(phase).toBe('Failed');
  expect(conditions.map(({ reason, status, type }) => `${type} ${status} ${reason}`)).toEqual([
    'Ready False SpecUnreadable',
    'Stalled True SpecUnreadable',
    'SourceReady False SpecUnreadable',
  ]);
  const before = world.cluster.version;
  world.cluster.tell();
  await world.pass('one');
  expect(world.cluster.version).toBe(before);
  expect(conditions[0]?.message).toMatch(/source.type.*write it again/);
});
