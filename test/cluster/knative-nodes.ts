import { setInterval as every } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';

const metadata = z.looseObject({
  name: z.string(),
  generation: z.int().default(0),
  labels: z.record(z.string(), z.string()).default({}),
});
const podSchema = z.looseObject({
  metadata,
  spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string(), image: z.string() })) }),
});
const deploymentSchema = z.looseObject({
  metadata,
  status: z.looseObject({ availableReplicas: z.int().default(0) }).prefault({}),
});
const statedSchema = z.looseObject({ metadata, status: z.looseObject({}).prefault({}) });

/** What a container of an image is in, other than serving: members of a container's status. */
export type Trouble = object;

const revisionLabel = 'serving.knative.dev/revision';
const intervalMs = 200;
/** Nobody reads it. */
const lastTransitionTime = '2026-01-01T00:00:00Z';

/**
 * What no control plane without containers has: nodes that run the pods of revisions, the ingress and the autoscaler. It says
 * of each what they would, once; all else is Knative's own controller.
 */
export class KnativeNodes {
  readonly #admin: ApiClient;
  readonly #namespace: string;
  readonly #troubles = new Map<string, Trouble>();
  readonly #said = new Map<string, string>();
  readonly #over = new AbortController();
  readonly #work: Promise<void>;
  #failure: Error | undefined;

  constructor(admin: ApiClient, namespace: string) {
    this.#admin = admin;
    this.#namespace = namespace;
    this.#work = this.#run();
  }

  /** Containers of this image do not serve from now on. */
  break(image: string, trouble: Trouble): void {
    this.#troubles.set(image, trouble);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    try {
      for await (const _ of every(intervalMs, undefined, { signal })) await this.#round();
    } catch (error) {
      if (!signal.aborted) this.#failure = new Error(`the nodes have ended: ${String(error)}`, { cause: error });
    }
  }

  /** Why nothing more is said; for whoever waits. */
  readonly failure = (): Error | undefined => this.#failure;

  async #round(): Promise<void> {
    await this.#tellOfPods();
    await this.#tellOfIngresses();
    await this.#tellOfAutoscalers();
  }

  async #tellOfPods(): Promise<void> {
    const pods = await this.#list('v1', 'Pod');
    for (const pod of pods.map((one) => podSchema.parse(one))) {
      if (pod.metadata.labels[revisionLabel] === undefined) continue;
      await this.#tell(`/api/v1`, 'pods', pod.metadata.name, this.#podStatus(pod));
    }
  }

  #podStatus({ spec }: z.output<typeof podSchema>): object {
    const statuses = spec.containers.map(({ image, name }) => {
      const trouble = this.#troubles.get(image);
      const state = trouble ?? { ready: true, state: { running: { startedAt: lastTransitionTime } } };
      return { name, image, imageID: '', restartCount: 0, ready: false, ...state };
    });
    const isReady = statuses.every(({ ready }) => ready);
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: isReady ? 'True' : 'False' }));
    return {
      phase: 'Running',
      podIP: '10.244.0.1',
      podIPs: [{ ip: '10.244.0.1' }],
      conditions,
      containerStatuses: statuses,
    };
  }

  async #tellOfIngresses(): Promise<void> {
    const ingresses = await this.#list('networking.internal.knative.dev/v1alpha1', 'Ingress');
    for (const { metadata: of } of ingresses.map((one) => statedSchema.parse(one))) {
      const domainInternal = 'gateway.example.svc.cluster.local';
      await this.#tell('/apis/networking.internal.knative.dev/v1alpha1', 'ingresses', of.name, {
        observedGeneration: of.generation,
        conditions: ['LoadBalancerReady', 'NetworkConfigured', 'Ready'].map((type) => ({
          type,
          status: 'True',
          lastTransitionTime,
        })),
        publicLoadBalancer: { ingress: [{ domainInternal }] },
        privateLoadBalancer: { ingress: [{ domainInternal }] },
      });
    }
  }

  async #tellOfAutoscalers(): Promise<void> {
    const deployments = await this.#list('apps/v1', 'Deployment');
    const available = new Map(
      deployments
        .map((one) => deploymentSchema.parse(one))
        .map(({ metadata: of, status }) => [of.labels[revisionLabel], status.availableReplicas]),
    );
    const autoscalers = await this.#list('autoscaling.internal.knative.dev/v1alpha1', 'PodAutoscaler');
    for (const { metadata: of } of autoscalers.map((one) => statedSchema.parse(one))) {
      const scale = available.get(of.name) ?? 0;
      const state = scale > 0 ? { status: 'True' } : { status: 'Unknown', reason: 'Queued', message: 'being deployed' };
      const types = ['Active', 'Ready', 'SKSReady', ...(scale > 0 ? ['ScaleTargetInitialized'] : [])];
      await this.#tell('/apis/autoscaling.internal.knative.dev/v1alpha1', 'podautoscalers', of.name, {
        observedGeneration: of.generation,
        serviceName: of.name,
        metricsServiceName: `${of.name}-private`,
        desiredScale: Math.max(scale, 1),
        actualScale: scale,
        conditions: types.map((type) => ({ type, ...state, lastTransitionTime })),
      });
    }
  }

  #list(apiVersion: string, kind: string) {
    return this.#admin.list({ apiVersion, kind, namespace: this.#namespace });
  }

  /** It may be gone by now. */
  async #tell(root: string, plural: string, name: string, status: object): Promise<void> {
    const path = `${root}/namespaces/${this.#namespace}/${plural}/${name}/status`;
    const text = JSON.stringify(status);
    if (this.#said.get(path) === text) return;
    const answer = await this.#admin.request('PATCH', path, { status }, 'application/merge-patch+json');
    if (answer.status !== 200 && answer.status !== 404) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    if (answer.status === 200) this.#said.set(path, text);
  }
}
