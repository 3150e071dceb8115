import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { apiVersion, labels } from '../api/index.ts';
import { ApiError } from '../kube/api-error.ts';
import { keyOf } from '../kube/object.ts';
import { silentRecorder } from './silent-recorder.ts';
import { BuildSlots } from './build-slots.ts';
import { contentKey, contentKeyText } from './content-key.ts';
import { KnownFunctions } from './known-functions.ts';
import { type Fault, MemoryCluster } from './memory-cluster.ts';
import type { FunctionWorld } from './pass.ts';
import { platformParts } from './platform-parts.ts';
import { reconcileFunction } from './reconcile.ts';
import { sampleFunction, sampleSettings } from './sample.ts';
import { fixedVersion } from './source-version.ts';

const namespace = 'functions';
const names = ['one', 'two', 'three'] as const;
const contents = ['x = 1', 'x = 2'] as const;
const wrappers = { nodejs: 'n', python: 'p', go: 'g' } as const;

type Name = (typeof names)[number];

/** What happens to a cluster. */
type Step =
  | { readonly kind: 'edit'; readonly name: Name; readonly content: number; readonly replicas: number }
  | { readonly kind: 'delete'; readonly name: Name }
  | { readonly kind: 'pass'; readonly name: Name }
  | { readonly kind: 'tell'; readonly most: number }
  | { readonly kind: 'build' | 'serve' | 'collect' | 'kill' }
  | { readonly kind: 'fail'; readonly fault: Fault };

type Edit = Extract<Step, { kind: 'edit' }>;

const name = fc.constantFrom(...names);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      name,
      content: fc.nat(contents.length - 1),
      replicas: fc.nat(1),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass' as const), name }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tell' as const), most: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('build', 'serve', 'collect', 'kill') }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('fail' as const), fault: fc.constantFrom('refused', 'unanswered') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
);

const jobSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    ownerReferences: z.array(z.looseObject({ uid: z.string() })),
  }),
  status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string() })).default([]) }).prefault({}),
});
const serviceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), generation: z.int() }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
      spec: z.looseObject({ containers: z.tuple([z.looseObject({ image: z.string() })]) }),
    }),
  }),
});
const statusSchema = z.looseObject({
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string() })),
});

const specOf = (code: string, minReplicas: number) => ({
  source: { type: 'inline', inline: { code } },
  runtime: { language: 'python', version: '3.12' },
  scaling: { minReplicas },
  eventing: { enabled: false },
});

const unreadable = z.looseObject({
  phase: z.string(),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() })),
});

const sha = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A cluster, its author, its nodes and an operator that can be killed. */
class World {
  readonly wanted = new Map<Name, { readonly content: string; readonly replicas: number }>();
  /** Builds for somebody that ended well since a function was deleted last, by what they built. */
  readonly builds = new Map<string, number>();
  readonly cluster = new MemoryCluster(() => this.#today());
  #ms = Date.parse('2026-01-01T00:00:00Z');
  #operator = this.#start();

  readonly #today = (): Date => new Date(this.#ms);

  #start(): FunctionWorld {
    const caches = this.cluster.start();
    return {
      client: this.cluster.client,
      caches,
      functions: new KnownFunctions(caches.functions),
      slots: new BuildSlots({ jobs: caches.jobs, allowed: 1, now: () => this.#ms, queuedBefore: () => [] }),
      recorder: silentRecorder,
      settings: sampleSettings,
      wrappers,
      today: () => this.#today(),
    };
  }

  async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'edit':
        return this.#edit(one);
      case 'delete':
        return this.#delete(one.name);
      case 'pass':
        return this.pass(one.name);
      case 'tell':
        return this.cluster.tell(one.most);
      case 'build':
        return this.build();
      case 'serve':
        return this.serve();
      case 'collect':
        return this.cluster.collect();
      case 'kill':
        this.#operator = this.#start();
        return undefined;
      case 'fail':
        return this.cluster.fail(one.fault);
    }
  }

  /** Its Jobs go with it, and with them what is known of their images. */
  #delete(of: Name): void {
    this.wanted.delete(of);
    this.builds.clear();
    this.cluster.remove('lambdafunctions', `${namespace}/${of}`);
  }

  #edit({ content: index, name: of, replicas }: Edit): void {
    const content = contents[index] ?? contents[0];
    this.wanted.set(of, { content, replicas });
    this.cluster.put('lambdafunctions', {
      apiVersion,
      kind: 'LambdaFunction',
      metadata: { name: of, namespace },
      spec: specOf(content, replicas),
    });
  }

  async pass(of: Name): Promise<void> {
    const context = {
      signal: new AbortController().signal,
      id: 'test',
      failures: 0,
      creating: <T>(_object: string, send: () => Promise<T>): Promise<T> => send(),
    };
    try {
      await reconcileFunction(`${namespace}/${of}`, context, this.#operator);
    } catch (error) {
      // the controller tries again
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** The builds that run end well; the digest of an image is that of its content. */
  build(): void {
    const functions = new Set(this.cluster.all('lambdafunctions').map(({ metadata }) => metadata.uid));
    for (const object of this.cluster.all('jobs')) {
      const { metadata, status } = jobSchema.parse(object);
      if (status.conditions.length > 0) continue;
      const content = metadata.labels[labels.contentKey] ?? '';
      const isWanted = metadata.ownerReferences.some(({ uid }) => functions.has(uid));
      if (isWanted) this.builds.set(content, (this.builds.get(content) ?? 0) + 1);
      this.cluster.put('pods', this.#podOf(metadata.name, content));
      const lastTransitionTime = this.#today().toISOString();
      this.cluster.put('jobs', {
        ...object,
        status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime }] },
      });
    }
  }

  #podOf(job: string, content: string) {
    const containers = ['fetch', 'build', 'push'].map((container) => ({
      name: container,
      state: { terminated: { exitCode: 0, message: container === 'build' ? sha(content) : '' } },
    }));
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${job}-pod`, namespace, labels: { 'batch.kubernetes.io/job-name': job } },
      status: {
        phase: 'Succeeded',
        initContainerStatuses: containers.slice(0, 2),
        containerStatuses: containers.slice(2),
      },
    };
  }

  serve(): void {
    for (const object of this.cluster.all('services')) {
      const { metadata } = serviceSchema.parse(object);
      const revision = `${metadata.name}-${String(metadata.generation).padStart(5, '0')}`;
      const status = {
        observedGeneration: metadata.generation,
        url: `http://${metadata.name}`,
        latestCreatedRevisionName: revision,
        latestReadyRevisionName: revision,
        conditions: ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => ({ type, status: 'True' })),
      };
      this.cluster.put('services', { ...object, status });
    }
  }

  /** Until nothing changes any more, though time goes on. */
  async settle(): Promise<void> {
    this.cluster.heal();
    for (let before = 0; before !== this.cluster.version;) {
      before = this.cluster.version;
      this.#ms += 1_200_000;
      for (const of of names) {
        this.cluster.tell();
        await this.pass(of);
      }
      this.build();
      this.serve();
      this.cluster.collect();
      this.cluster.tell();
    }
  }
}

describe('whatever is edited, killed and refused', () => {
  const sequences = fc.array(step, { maxLength: 50, size: 'max' });

  test('every function ends up as its last spec asks, and each content is built once', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const world = new World();
        for (const one of steps) await world.take(one);
        await world.settle();
        expect(outcome(world)).toEqual(expected(world));
        expect([...world.builds.values()].filter((count) => count > 1)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  test('a settled cluster is written to no more, also by an operator that starts', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const world = new World();
        for (const one of steps) await world.take(one);
        await world.settle();
        const before = world.cluster.version;
        await world.take({ kind: 'kill' });
        for (const of of names) await world.pass(of);
        expect(world.cluster.version).toBe(before);
      }),
      { numRuns: 50 },
    );
  }, 120_000);
});

test('an image that the registry has lost is built once more, by one Job', async () => {
  const world = new World();
  await world.take({ kind: 'edit', name: 'one', content: 0, replicas: 0 });
  await world.settle();
  const digest = sha(keyOfContent(contents[0]));
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
  expect(outcome(world)).toEqual(expected(world));
});

test('a function that the schema refuses says so, once', async () => {
  const world = new World();
  world.cluster.put('lambdafunctions', {
    apiVersion,
    kind: 'LambdaFunction',
    metadata: { name: 'one', namespace },
    spec: { source: { type: 'tape' } },
  });
  world.cluster.tell();
  await world.pass('one');
  const { conditions, phase } = unreadable.parse(world.cluster.find('lambdafunctions', `${namespace}/one`)?.status);
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

/** Replicas and Ready by name, with what was built of equal content. */
function outcome({ cluster }: World) {
  const services = new Map(cluster.all('services').map((one) => [keyOf(one), serviceSchema.parse(one)]));
  return new Map(
    [...services].map(([key, { spec }]) => {
      const status = statusSchema.parse(cluster.find('lambdafunctions', key)?.status);
      const { annotations } = spec.template.metadata;
      return [
        key,
        {
          digest: spec.template.spec.containers[0].image.replace(/^.*@/, ''),
          replicas: annotations['autoscaling.knative.dev/min-scale'],
          ready: status.conditions.find(({ type }) => type === 'Ready')?.status,
        },
      ];
    }),
  );
}

function expected({ wanted }: World) {
  return new Map(
    [...wanted].map(([of, { content, replicas }]) => [
      `${namespace}/${of}`,
      { digest: sha(keyOfContent(content)), replicas: String(replicas), ready: 'True' },
    ]),
  );
}

function keyOfContent(code: string): string {
  const fn = sampleFunction(specOf(code, 0));
  const version = fixedVersion(fn.spec) ?? { kind: 'digest', value: '' };
  return contentKeyText(contentKey(fn, version, platformParts(fn.spec, sampleSettings.registry, wrappers)));
}
