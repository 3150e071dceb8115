import { z } from 'zod';
import { apiVersion } from '../api/index.ts';
import { MemoryCluster } from '../function/memory-cluster.ts';
import { silentOutbox } from '../lifecycle/silent-outbox.ts';
import { silentRecorder } from '../function/silent-recorder.ts';
import { ApiError } from '../kube/api-error.ts';
import type { Outcome } from '../reconcile/outcome.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { KnownAgents } from './known-agents.ts';
import { memoryCaches } from './memory-caches.ts';
import { ModelHealth } from './model-health.ts';
import type { AgentWorld } from './pass.ts';
import { reconcileAgent } from './reconcile.ts';
import { sampleSettings } from './sample.ts';
import type { AgentSettings } from './settings.ts';
import { UsedBudgets } from './used-budgets.ts';

export const namespace = 'agents';

const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
});
const statusSchema = z.looseObject({
  phase: z.string(),
  conditions: z.array(conditionSchema),
  serviceStatus: z.looseObject({ url: z.string().optional() }).optional(),
  eventingStatus: z.looseObject({ triggerCount: z.int(), forwardCount: z.int(), brokerReady: z.boolean() }).optional(),
});
const serviceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), generation: z.int() }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        containers: z.tuple([
          z.looseObject({ env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })) }),
        ]),
      }),
    }),
  }),
});
const triggerSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    broker: z.string(),
    filter: z.looseObject({ attributes: z.record(z.string(), z.string()) }),
    subscriber: z.looseObject({ uri: z.string().optional() }),
  }),
});

/** For tests: a cluster, the controllers of Knative in it, and an operator for agents that can be killed. */
export class MemoryWorld {
  readonly cluster = new MemoryCluster(() => this.#today());
  readonly #clock = new FakeClock();
  readonly #settings: AgentSettings;
  #ms = Date.parse('2026-01-01T00:00:00Z');
  #operator: AgentWorld;

  constructor(settings: AgentSettings = sampleSettings) {
    this.#settings = settings;
    this.#operator = this.#start();
  }

  readonly #today = (): Date => new Date(this.#ms);

  #start(): AgentWorld {
    const caches = memoryCaches(this.cluster);
    return {
      client: this.cluster.client,
      caches,
      agents: new KnownAgents(caches.agents),
      recorder: silentRecorder,
      outbox: silentOutbox,
      models: new ModelHealth({
        ask: () => Promise.resolve({ kind: 'served' }),
        clock: this.#clock,
        today: this.#today,
      }),
      budgets: new UsedBudgets({
        read: () => Promise.resolve({ day: '2026-01-01', tokens: 0, micros: 0 }),
        clock: this.#clock,
      }),
      settings: this.#settings,
      today: this.#today,
    };
  }

  /** The operator ends, and another one starts. */
  kill(): void {
    this.#operator = this.#start();
  }

  /** Writes an agent as its author. */
  edit(name: string, spec: object, inNamespace = namespace): void {
    this.cluster.put('lambdaagents', {
      apiVersion,
      kind: 'LambdaAgent',
      metadata: { name, namespace: inNamespace },
      spec: { image: { repository: 'registry.example.com/agent' }, ...spec },
    });
  }

  /** Puts annotations on an agent that is there. */
  annotate(name: string, annotations: Readonly<Record<string, string>>): void {
    const object = this.cluster.find('lambdaagents', `${namespace}/${name}`);
    if (object === undefined) throw new Error(`agent ${name} is not there`);
    this.cluster.put('lambdaagents', { ...object, metadata: { ...object.metadata, annotations } });
    this.cluster.tell();
  }

  wait(ms: number): void {
    this.#ms += ms;
  }

  remove(name: string): void {
    this.cluster.remove('lambdaagents', `${namespace}/${name}`);
  }

  /** Undefined where the API server failed: the controller tries again. */
  async pass(name: string, inNamespace = namespace): Promise<Outcome | undefined> {
    const context = {
      signal: new AbortController().signal,
      id: 'test',
      failures: 0,
      creating: <T>(_object: string, send: () => Promise<T>): Promise<T> => send(),
    };
    try {
      return await reconcileAgent(`${inNamespace}/${name}`, context, this.#operator);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return undefined;
    }
  }

  /** What Knative Serving does: every service is ready. */
  serve(): void {
    for (const object of this.cluster.all('services')) {
      const { name, generation } = object.metadata;
      const revision = `${name}-${String(generation).padStart(5, '0')}`;
      this.#report('services', object, {
        url: `http://${name}`,
        latestCreatedRevisionName: revision,
        latestReadyRevisionName: revision,
      });
    }
  }

  /** What Knative Eventing does: every Broker has an address, and every Trigger is ready. */
  connect(): void {
    for (const object of this.cluster.all('brokers')) {
      const { name, namespace: of } = object.metadata;
      this.#report('brokers', object, { address: { url: `http://${name}.${of}` } });
    }
    for (const object of this.cluster.all('triggers')) this.#report('triggers', object, {});
  }

  #report(plural: string, object: ReturnType<MemoryCluster['all']>[number], more: object): void {
    const conditions = ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => ({ type, status: 'True' }));
    const status = { observedGeneration: object.metadata.generation, conditions, ...more };
    this.cluster.put(plural, { ...object, status });
  }

  /** Until nothing changes any more, though time goes on. */
  async settle(names: readonly string[]): Promise<void> {
    this.cluster.heal();
    for (let before = 0; before !== this.cluster.version;) {
      before = this.cluster.version;
      this.#ms += 5000;
      for (const name of names) {
        this.cluster.tell();
        await this.pass(name);
      }
      this.serve();
      this.connect();
      this.cluster.collect();
      this.cluster.tell();
    }
  }

  status(name: string) {
    return statusSchema.parse(this.cluster.find('lambdaagents', `${namespace}/${name}`)?.status);
  }

  /** A condition as `status reason: message`. */
  condition(name: string, type: string): string {
    const { message = '', reason, status } = this.status(name).conditions.find((one) => one.type === type) ?? {};
    return `${status} ${reason}: ${message}`;
  }

  service(name: string) {
    const { metadata, spec } = serviceSchema.parse(this.cluster.find('services', `${namespace}/${name}`));
    const [{ env }] = spec.template.spec.containers;
    return {
      generation: metadata.generation,
      annotations: spec.template.metadata.annotations,
      env: Object.fromEntries(env.map((variable) => [variable.name, variable.value])),
    };
  }

  triggers(name: string) {
    return this.cluster
      .all('triggers')
      .map((object) => triggerSchema.parse(object))
      .filter(({ metadata }) => metadata.labels['lambda.knative.io/agent'] === name);
  }
}
