import { createHash } from 'node:crypto';
import { z } from 'zod';
import { apiVersion, labels } from '../api/index.ts';
import { ApiError } from '../kube/api-error.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { Outbox } from '../lifecycle/outbox.ts';
import type { WrapperHashes } from '../runtimes/wrapper.ts';
import { BuildSlots } from './build-slots.ts';
import { contentKey, contentKeyText } from './content-key.ts';
import { silentFunctionMetrics } from './function-metrics.ts';
import { KnownFunctions } from './known-functions.ts';
import { type Fault, MemoryCluster } from './memory-cluster.ts';
import type { FunctionWorld } from './pass.ts';
import { platformParts } from './platform-parts.ts';
import { reconcileFunction } from './reconcile.ts';
import { sampleFunction, sampleSettings } from './sample.ts';
import type { FunctionSettings } from './settings.ts';
import { silentRecorder } from './silent-recorder.ts';
import { fixedVersion } from './source-version.ts';

export const namespace = 'functions';

/** What happens to a cluster. */
export type Step =
  | Edit
  | Between
  | { readonly kind: 'delete' | 'pass'; readonly name: string }
  | { readonly kind: 'build' | 'serve' | 'kill' };

type Between =
  | { readonly kind: 'tell'; readonly most: number }
  | { readonly kind: 'fail'; readonly fault: Fault }
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'collect' | 'land' | 'outage' };

/** What an author writes. */
export interface Edit {
  readonly kind: 'edit';
  readonly name: string;
  readonly content: string;
  readonly replicas: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What another version of the operator brings. */
export interface Operator {
  readonly wrappers: WrapperHashes;
  readonly settings: FunctionSettings;
}

const firstOperator: Operator = { wrappers: { nodejs: 'n', python: 'p', go: 'g' }, settings: sampleSettings };

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
const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
});
const statusSchema = z.looseObject({
  phase: z.string().default(''),
  conditions: z.array(conditionSchema).default([]),
  pendingEvents: z.array(z.looseObject({ id: z.string() })).default([]),
});

const specOf = (code: string, minReplicas: number) => ({
  source: { type: 'inline', inline: { code } },
  runtime: { language: 'python', version: '3.12' },
  scaling: { minReplicas },
  eventing: { enabled: false },
});

const sha = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const pendingIds = (status: unknown): readonly string[] =>
  statusSchema.parse(status ?? {}).pendingEvents.map(({ id }) => id);

/** The outbox has tried again by then. */
const waitMs = 120_000;

/** What serves under a name. */
interface Served {
  readonly digest: string;
  readonly replicas: string | undefined;
  readonly ready: string | undefined;
}

/** For tests: a cluster, its author, its nodes and an operator that can be killed. */
export class MemoryWorld {
  readonly cluster = new MemoryCluster(() => this.#today());
  /** Builds for somebody that ended well since a function was deleted last, by what they built. */
  readonly builds = new Map<string, number>();
  readonly #wanted = new Map<string, Edit>();
  /** Names that functions have or had. */
  readonly #names = new Set<string>();
  /** Of events that stood in a status, by the uid of the function that they tell of. */
  readonly #told = new Map<string, Set<string>>();
  readonly #received = new Set<string>();
  readonly #clock = new FakeClock();
  #ms = Date.parse('2026-01-01T00:00:00Z');
  #isReceiverDown = false;
  #stop = new AbortController();
  readonly #buildsAtOnce: number;
  #operator: FunctionWorld;

  constructor(buildsAtOnce = 1) {
    this.#buildsAtOnce = buildsAtOnce;
    this.#operator = this.#start(firstOperator);
  }

  readonly #today = (): Date => new Date(this.#ms);

  #start({ settings, wrappers }: Operator): FunctionWorld {
    const caches = this.cluster.start();
    return {
      client: this.cluster.client,
      caches,
      functions: new KnownFunctions(caches.functions),
      slots: new BuildSlots({
        jobs: caches.jobs,
        allowed: this.#buildsAtOnce,
        now: () => this.#ms,
        queuedBefore: () => [],
      }),
      recorder: silentRecorder,
      outbox: this.#startOutbox(),
      metrics: silentFunctionMetrics,
      settings,
      wrappers,
      today: () => this.#today(),
    };
  }

  #startOutbox(): Outbox {
    this.#stop.abort();
    this.#stop = new AbortController();
    const outbox = new Outbox({
      audience: () => 'there',
      send: async (_, { id }) => {
        if (this.#isReceiverDown) throw new Error('503');
        this.#received.add(id);
      },
      settled: () => undefined,
      mayAct: () => true,
      clock: this.#clock,
      observer: { delivered: () => undefined, failed: () => undefined, dropped: () => undefined },
    });
    void outbox.run(this.#stop.signal);
    return outbox;
  }

  /** The operator ends wherever it is, and another one starts. */
  restart(operator: Operator = firstOperator): void {
    this.#operator = this.#start(operator);
  }

  async take(step: Step): Promise<void> {
    await this.#take(step);
    for (const name of this.#names) this.#note(name);
    await this.#clock.advance(2000);
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'edit':
        return this.edit(step);
      case 'delete':
        return this.#delete(step.name);
      case 'pass':
        return this.pass(step.name);
      case 'build':
        return this.build();
      case 'serve':
        return this.#serve();
      case 'kill':
        return this.restart();
      default:
        return this.#takeBetween(step);
    }
  }

  /** What happens between the operator and what it talks to. */
  #takeBetween(step: Between): void {
    switch (step.kind) {
      case 'tell':
        return this.cluster.tell(step.most);
      case 'collect':
        return this.cluster.collect();
      case 'fail':
        return this.cluster.fail(step.fault);
      case 'land':
        return this.cluster.land();
      case 'jump':
        this.#ms += step.ms;
        return undefined;
      case 'outage':
        this.#isReceiverDown = !this.#isReceiverDown;
    }
  }

  edit(edit: Edit): void {
    const { annotations = {}, content, name, replicas } = edit;
    this.#wanted.set(name, edit);
    this.#names.add(name);
    this.cluster.put('lambdafunctions', {
      apiVersion,
      kind: 'LambdaFunction',
      metadata: { name, namespace, annotations },
      spec: specOf(content, replicas),
    });
  }

  /** Its Jobs go with it, and with them what is known of their images. */
  #delete(name: string): void {
    this.#wanted.delete(name);
    this.builds.clear();
    this.cluster.remove('lambdafunctions', `${namespace}/${name}`);
  }

  async pass(name: string): Promise<void> {
    const context = {
      signal: new AbortController().signal,
      id: 'test',
      failures: 0,
      creating: <T>(_object: string, send: () => Promise<T>): Promise<T> => send(),
    };
    try {
      await reconcileFunction(`${namespace}/${name}`, context, this.#operator);
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
      this.cluster.put('pods', builtPod(metadata.name, content));
      const lastTransitionTime = this.#today().toISOString();
      this.cluster.put('jobs', {
        ...object,
        status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime }] },
      });
    }
  }

  #serve(): void {
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

  /** Until nothing changes any more, though time goes on; what one round offers, the next one sends. */
  async settle(): Promise<void> {
    this.cluster.heal();
    this.#isReceiverDown = false;
    for (let quiet = 0; quiet < 2;) {
      const before = this.cluster.version;
      this.#ms += 1_200_000;
      await this.#clock.advance(waitMs);
      for (const name of this.#names) {
        this.cluster.tell();
        await this.pass(name);
        this.#note(name);
      }
      this.build();
      this.#serve();
      this.cluster.collect();
      this.cluster.tell();
      quiet = before === this.cluster.version ? quiet + 1 : 0;
    }
  }

  #note(name: string): void {
    const fn = this.cluster.find('lambdafunctions', `${namespace}/${name}`);
    if (fn === undefined) return;
    const told = this.#told.get(fn.metadata.uid) ?? new Set();
    for (const id of pendingIds(fn.status)) told.add(id);
    this.#told.set(fn.metadata.uid, told);
  }

  /** Events of functions that are there which stood in a status and were never received, or stand there still. */
  get untold(): readonly string[] {
    return this.cluster.all('lambdafunctions').flatMap(({ metadata, status }) => {
      const told = [...(this.#told.get(metadata.uid) ?? [])];
      return [...told.filter((id) => !this.#received.has(id)), ...pendingIds(status)];
    });
  }

  /** The status of the function of a name. */
  status(name: string): z.output<typeof statusSchema> {
    return statusSchema.parse(this.cluster.find('lambdafunctions', `${namespace}/${name}`)?.status ?? {});
  }

  /** Generations of the Knative Services by their names: each is a revision. */
  get generations(): ReadonlyMap<string, number> {
    return new Map(
      this.cluster.all('services').map((object) => {
        const { generation, name } = serviceSchema.parse(object).metadata;
        return [name, generation];
      }),
    );
  }

  /** What serves, by its name. */
  get served(): ReadonlyMap<string, Served> {
    return new Map(
      this.cluster.all('services').map((object) => {
        const { metadata, spec } = serviceSchema.parse(object);
        const { template } = spec;
        const served = {
          digest: template.spec.containers[0].image.replace(/^.*@/, ''),
          replicas: template.metadata.annotations['autoscaling.knative.dev/min-scale'],
          ready: this.status(metadata.name).conditions.find(({ type }) => type === 'Ready')?.status,
        };
        return [metadata.name, served];
      }),
    );
  }

  /** What its author asks for, by its name. */
  get wanted(): ReadonlyMap<string, Served> {
    return new Map(
      [...this.#wanted].map(([name, { content, replicas }]) => [
        name,
        { digest: digestOf(content), replicas: String(replicas), ready: 'True' },
      ]),
    );
  }
}

/** Of the image that is built of a content by the first operator. */
export function digestOf(content: string): string {
  const fn = sampleFunction(specOf(content, 0));
  const version = fixedVersion(fn.spec) ?? { kind: 'digest', value: '' };
  const { settings, wrappers } = firstOperator;
  return sha(contentKeyText(contentKey(fn, version, platformParts(fn.spec, settings.registry, wrappers))));
}

function builtPod(job: string, content: string) {
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
