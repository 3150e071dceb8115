import { setInterval as every } from 'node:timers/promises';
import { z } from 'zod';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { kustomizeControllerPart } from '../../tools/real-parts/parts.ts';
import type { ApiClient } from './api-client.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { type FluxSource, serveRepository } from './flux-source.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { findFreePorts } from './free-ports.ts';
import type { KubernetesObject, ObjectReference } from './kubernetes-object.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

/** A cluster that Flux's own kustomize-controller delivers from the committed manifests. */
export interface FluxCluster {
  readonly controlPlane: ControlPlane;
  readonly source: FluxSource;
  /** `True: message` of the condition Ready of a Kustomization. */
  conditionOf(this: void, name: string): Promise<string>;
  /** The condition once it is True, or the last one seen. */
  settledCondition(this: void, name: string): Promise<string>;
  /** Waits until a check holds, as long as a suite may. */
  until(this: void, check: () => Promise<boolean>): Promise<void>;
  /** Merges a change into an object, as a person would by hand; fails when the API server refuses. */
  patch(this: void, path: string, change: object): Promise<void>;
  stop(this: void): Promise<void>;
}

export interface FluxClusterOptions {
  /** Name in manifests/clusters. */
  readonly cluster: string;
  /** Address of notification-controller; default nowhere. */
  readonly eventsTo?: string;
  /** What must be there before Flux starts, default nothing. */
  prepare?(this: void, admin: ApiClient): Promise<void>;
  /** Changes the repository before its first commit, default nothing. */
  edit?(this: void, folder: string): void;
  /** Starts what runs beside kustomize-controller, default nothing. */
  beside?(this: void, controlPlane: ControlPlane): void;
}

/** An image with this word in its name never becomes available. */
export const brokenImage = 'broken.test/never-starts:v1.0.0';

const kustomization = z.looseObject({
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), message: z.string() })).default([]),
    })
    .default({ conditions: [] }),
});

const deployment = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string(), generation: z.int() }),
  spec: z.looseObject({ replicas: z.int() }),
  status: z
    .looseObject({
      observedGeneration: z.int().default(0),
      readyReplicas: z.int().default(0),
      conditions: z.array(z.unknown()).default([]),
    })
    .prefault({}),
});

export function fluxObject(kind: string, name: string, apiVersion: string): ObjectReference {
  return { apiVersion, kind, name, namespace: 'flux-system' };
}

async function mergePatch(admin: ApiClient, path: string, change: object): Promise<void> {
  const { status, body } = await admin.request('PATCH', path, change, 'application/merge-patch+json');
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
}

export async function startFluxCluster(options: FluxClusterOptions): Promise<FluxCluster> {
  const controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
  const { admin, failure } = controlPlane;
  await makePlatformNamespaces(admin);
  await options.prepare?.(admin);
  for (const manifest of readManifests(`clusters/${options.cluster}`)) {
    await admin.apply(manifest, { fieldManager: 'test' });
  }
  const source = await publishRepository(options, admin);
  options.beside?.(controlPlane);
  await startKustomizeController(controlPlane, options.eventsTo);
  const over = new AbortController();
  const standIn = keepDeploymentsAvailable(admin, over.signal);

  const conditionOf = async (name: string): Promise<string> => {
    const found = await admin.get(fluxObject('Kustomization', name, 'kustomize.toolkit.fluxcd.io/v1'));
    const ready = kustomization.parse(found).status.conditions.find(({ type }) => type === 'Ready');
    return ready === undefined ? 'nothing yet' : `${ready.status}: ${ready.message}`;
  };
  const until = async (check: () => Promise<boolean>): Promise<void> => {
    await eventually(check, { intervalMs: 200, giveUp: failure });
  };
  return {
    controlPlane,
    source,
    conditionOf,
    until,
    settledCondition: async (name) => {
      let last = '';
      // seen once: a moment later Flux may be at it again
      await until(async () => {
        last = await conditionOf(name);
        return last.startsWith('True');
      }).catch(() => undefined);
      return last;
    },
    patch: (path, change) => mergePatch(admin, path, change),
    stop: async () => {
      over.abort();
      await standIn;
      source.stop();
      await controlPlane.stop();
    },
  };
}

async function publishRepository({ cluster, edit }: FluxClusterOptions, admin: ApiClient): Promise<FluxSource> {
  const owner = readEnvironments().find((one) => one.cluster.name === cluster && one.cluster.owner);
  const { delivery } = findEnvironment(readEnvironments(), owner?.name ?? '');
  const source = await serveRepository(delivery.source, delivery.path);
  edit?.(source.folder);
  await source.publish(admin);
  return source;
}

/** Flux's own controller, as its Deployment runs it. */
export async function startKustomizeController(controlPlane: ControlPlane, eventsTo?: string): Promise<void> {
  const [metricsPort, healthPort] = await findFreePorts(2);
  controlPlane.start({
    name: 'kustomize-controller',
    path: locateProgram(kustomizeControllerPart) ?? '',
    arguments: [
      `--metrics-addr=127.0.0.1:${metricsPort}`,
      `--health-addr=127.0.0.1:${healthPort}`,
      '--watch-all-namespaces=true',
      '--requeue-dependency=1s',
      ...(eventsTo === undefined ? [] : [`--events-addr=${eventsTo}`]),
    ],
    environment: { KUBECONFIG: controlPlane.kubeconfig, RUNTIME_NAMESPACE: 'flux-system' },
  });
}

/** No node runs here: says of every Deployment what its controller would say once all pods are ready, or never will be. */
async function keepDeploymentsAvailable(admin: ApiClient, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of every(300, undefined, { signal })) {
      for (const found of await admin.list({ apiVersion: 'apps/v1', kind: 'Deployment' })) await tell(admin, found);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function tell(admin: ApiClient, found: KubernetesObject): Promise<void> {
  const { metadata, spec, status: told } = deployment.parse(found);
  const isBroken = JSON.stringify(spec).includes(brokenImage);
  const status = statusOf(metadata.generation, isBroken ? 0 : spec.replicas);
  if (isTold(told, status)) return;
  const path = `/apis/apps/v1/namespaces/${metadata.namespace}/deployments/${metadata.name}/status`;
  // whatever comes back: Flux may have removed it, or changed it again, in between
  await admin.request('PATCH', path, { status }, 'application/merge-patch+json');
}

type Told = z.output<typeof deployment>['status'];

const isTold = (
  { observedGeneration, readyReplicas, conditions }: Told,
  wanted: ReturnType<typeof statusOf>,
): boolean =>
  observedGeneration === wanted.observedGeneration &&
  readyReplicas === wanted.readyReplicas &&
  conditions.length === wanted.conditions.length;

function statusOf(generation: number, ready: number) {
  const isReady = ready > 0;
  const progressing = isReady
    ? { status: 'True', reason: 'NewReplicaSetAvailable' }
    : { status: 'False', reason: 'ProgressDeadlineExceeded', message: 'has timed out progressing' };
  return {
    observedGeneration: generation,
    replicas: ready,
    updatedReplicas: ready,
    readyReplicas: ready,
    availableReplicas: ready,
    conditions: [
      { type: 'Available', status: isReady ? 'True' : 'False', reason: 'MinimumReplicas' },
      { type: 'Progressing', ...progressing },
    ],
  };
}
