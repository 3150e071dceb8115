import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { z } from 'zod';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { readForeignCrds } from './foreign-crds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const kubeconfig = z.looseObject({ contexts: z.array(z.looseObject({ name: z.string() })) });
const suspendable = z.looseObject({ spec: z.looseObject({ suspend: z.boolean().default(false) }) });
const rolledOut = z.looseObject({
  metadata: z.looseObject({ generation: z.int() }),
  spec: z.looseObject({ replicas: z.int().default(1) }),
  status: z.looseObject({ observedGeneration: z.int().optional(), readyReplicas: z.int().default(0) }).prefault({}),
});

/** A cluster that people on call work on: one API server that holds the tiers and pro, under the context of each. */
export interface OperatedCluster {
  readonly controlPlane: ControlPlane;
  /** Kubeconfig with the contexts homelab-tiers and homelab-pro; the latter is current. */
  readonly kubeconfig: string;
  /** Puts members into an object as its controller or a person would. */
  patch(this: void, path: string, body: object): Promise<void>;
  /** Repeats what a controller would do until the cluster is stopped. */
  simulate(this: void, tick: () => Promise<void>): void;
  stop(this: void): Promise<void>;
}

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

export async function startOperatedCluster(): Promise<OperatedCluster> {
  const controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
  const { admin } = controlPlane;
  const tiers = ['dev', 'staging', 'prd'].flatMap((name) => readManifests(name));
  const objects = [
    namespace('rabbitmq-system'),
    ...['shared', 'clusters/pro', 'clusters/tiers'].flatMap(readManifests),
    ...[...tiers, ...readManifests('pro')].filter(({ kind }) => kind === 'Namespace'),
  ];
  await makePlatformNamespaces(admin);
  for (const object of objects) await admin.apply(object, { fieldManager: 'kustomize-controller', force: true });

  const over = new AbortController();
  const running: Promise<void>[] = [];
  return {
    controlPlane,
    kubeconfig: writeContexts(controlPlane.kubeconfig, ['homelab-tiers', 'homelab-pro']),
    patch: async (path, body) => {
      const answer = await admin.request('PATCH', path, body, 'application/merge-patch+json');
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    },
    simulate: (tick) => {
      running.push(repeat(tick, over.signal));
    },
    stop: async () => {
      over.abort();
      await Promise.all(running);
      await controlPlane.stop();
    },
  };
}

async function repeat(tick: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of every(200, undefined, { signal })) await tick();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The administrator's access under the names that environments give their contexts. */
function writeContexts(original: string, names: readonly string[]): string {
  const config = kubeconfig.parse(JSON.parse(readFileSync(original, 'utf8')));
  const [first] = config.contexts;
  const path = join(dirname(original), 'people.kubeconfig');
  const contexts = names.map((name) => ({ ...first, name }));
  writeFileSync(path, JSON.stringify({ ...config, contexts, 'current-context': 'homelab-pro' }), { mode: 0o600 });
  return path;
}

/** What the controller of Deployments says once all pods are ready; no node runs here. */
export async function makeDeploymentsAvailable({ controlPlane, patch }: OperatedCluster): Promise<void> {
  for (const one of await controlPlane.admin.list({ apiVersion: 'apps/v1', kind: 'Deployment' })) {
    const { metadata, spec, status: told } = rolledOut.parse(one);
    if (told.observedGeneration === metadata.generation && told.readyReplicas === spec.replicas) continue;
    const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'];
    const status = {
      observedGeneration: metadata.generation,
      ...Object.fromEntries(counts.map((count) => [count, spec.replicas])),
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    };
    await patch(`/apis/apps/v1/namespaces/${one.metadata.namespace}/deployments/${one.metadata.name}/status`, {
      status,
    });
  }
}

/** What a controller of Flux says once it has done what it was asked for. */
export async function answerReconcileRequest(
  { patch }: OperatedCluster,
  path: string,
  { metadata }: KubernetesObject,
): Promise<void> {
  const asked = metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  if (asked === undefined) return;
  const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'done' };
  const lastTransitionTime = new Date().toISOString();
  await patch(path, {
    status: { lastHandledReconcileAt: asked, conditions: [{ ...ready, lastTransitionTime }] },
  });
}

export async function isSuspended({ controlPlane }: OperatedCluster, kustomization: string): Promise<boolean> {
  const found = await controlPlane.admin.get({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: kustomization,
  });
  return suspendable.parse(found).spec.suspend;
}
