import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import type { FunctionCluster } from './function-cluster.ts';
import { parseObject } from './kubernetes-object.ts';

/** As it is published, in a namespace of its own. */
export const publishedAgent = parseObject(
  parse(readFileSync(new URL('manifests/agent-bruno.yaml', import.meta.url), 'utf8')),
);

const agentService = z.looseObject({
  metadata: z.looseObject({ generation: z.int() }),
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        serviceAccountName: z.string(),
        containers: z.tuple([
          z.looseObject({ env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })) }),
        ]),
      }),
    }),
  }),
});

const triggerSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), generation: z.int() }),
  spec: z.looseObject({
    broker: z.string(),
    filter: z.looseObject({ attributes: z.record(z.string(), z.string()) }),
    subscriber: z.looseObject({ uri: z.string().optional(), ref: z.looseObject({ name: z.string() }).optional() }),
  }),
});

/** The test as Knative, which runs what an agent has. */
export class AgentDriver {
  readonly #cluster: FunctionCluster;

  constructor(cluster: FunctionCluster) {
    this.#cluster = cluster;
  }

  async triggers(name: string) {
    const { admin, namespace } = this.#cluster;
    const labelSelector = `lambda.knative.io/agent=${name}`;
    const all = await admin.list({ apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger', namespace, labelSelector });
    return all.map((one) => triggerSchema.parse(one));
  }

  /** Until the agent has as many Triggers, all of them ready. */
  async bind(name: string, count: number): Promise<void> {
    const found = await eventually(async () => {
      const all = await this.triggers(name);
      if (all.length !== count) throw new Error(`${all.length} Triggers of ${name}`);
      return all;
    });
    for (const { metadata } of found) {
      const trigger = { apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger', name: metadata.name };
      const conditions = [{ type: 'Ready', status: 'True' }];
      await this.#cluster.patchStatus(trigger, { observedGeneration: metadata.generation, conditions });
    }
  }

  async environment(name: string): Promise<ReadonlyMap<string, string | undefined>> {
    const { spec } = agentService.parse(await this.#cluster.get('serving.knative.dev/v1', 'Service', name));
    return new Map(spec.template.spec.containers[0].env.map((one) => [one.name, one.value]));
  }
}
