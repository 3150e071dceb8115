import { agentResource, functionResource, type StoredFunction } from '../../operator/function/known-functions.ts';
import { isNotFound } from '../../operator/kube/api-error.ts';
import { KubeClient, type ObjectReference } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { Informers } from '../../operator/kube/informers.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { metadataOnly } from '../../operator/kube/resource-path.ts';
import { knativeServiceResource } from '../../operator/specs/knative-service.ts';
import { eventually } from '../cluster/eventually.ts';
import { FunctionCluster } from '../cluster/function-cluster.ts';
import type { OperatorProcess } from '../cluster/operator-process.ts';

/** A namespace that the operator does not watch. */
export const elsewhere = 'bench';
export const options = { fieldManager: 'bench' } as const;

/** As many as the operator has workers. */
const writers = 10;

/** A kind whose objects each become one Knative Service. */
export interface Kind {
  readonly controller: 'function' | 'agent';
  readonly resource: Resource<StoredFunction>;
  readonly spec: object;
}

const image = { repository: 'ghcr.io/example/hello', tag: 'v1' } as const;

export const functionKind: Kind = {
  controller: 'function',
  resource: functionResource,
  spec: { source: { type: 'image', image }, eventing: { enabled: false } },
};

export const agentKind: Kind = {
  controller: 'agent',
  resource: agentResource,
  spec: { image, eventing: { enabled: false } },
};

export interface Measure {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** A real API server without Knative, and a client beside the operator's. */
export interface OperatorBench {
  readonly cluster: FunctionCluster;
  readonly client: KubeClient;
  /** Knative Services by namespace, as a watch tells of them. */
  readonly count: (namespace: string) => number;
}

export async function inParallel(names: readonly string[], write: (name: string) => Promise<unknown>): Promise<void> {
  const rest = names.values();
  const work = async (): Promise<void> => {
    for (const name of rest) await write(name);
  };
  await Promise.all(Array.from({ length: writers }, work));
}

export const namesOf = (count: number, round: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `hello-${round}-${index}`);

export function createAll(
  { client }: OperatorBench,
  { resource, spec }: Kind,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  return inParallel(names, (name) => client.create(resource, { metadata: { namespace, name }, spec }, options));
}

/** Creates objects, and waits until each has its Knative Service and the operator nothing left to do. */
export async function operate(
  bench: OperatorBench,
  operator: OperatorProcess,
  kind: Kind,
  names: readonly string[],
): Promise<Measure> {
  const { namespace } = bench.cluster;
  const before = await cpuOf(operator);
  const startedAt = performance.now();
  await createAll(bench, kind, namespace, names);
  await eventually(() => bench.count(namespace) >= names.length, { intervalMs: 5 });
  const seconds = (performance.now() - startedAt) / 1000;
  // an answer of /metrics takes time of the operator
  await eventually(() => operator.isIdle(kind.controller), { intervalMs: 200 });
  return { seconds, cpuSeconds: (await cpuOf(operator)) - before };
}

const cpuOf = (operator: OperatorProcess): Promise<number> => metric(operator, 'process_cpu_seconds_total');

export async function metric(operator: OperatorProcess, name: string): Promise<number> {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(await operator.get('/metrics'))?.[1];
  return Number(value ?? Number.NaN);
}

/** A service goes again that the operator made anew before it had heard that its owner is gone: nobody collects it here. */
export async function remove(
  { client, count }: OperatorBench,
  { resource }: Kind,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  await inParallel(names, (name) => client.delete(resource, { namespace, name }));
  await eventually(async () => {
    await inParallel(names, (name) => removeService(client, { namespace, name }));
    return count(namespace) === 0;
  });
}

async function removeService(client: KubeClient, reference: ObjectReference): Promise<void> {
  try {
    await client.delete(knativeServiceResource, reference);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Writes but those of the Lease, which is written by PUT. */
export async function requests(operator: OperatorProcess): Promise<number> {
  const all = Object.entries(await operator.requests());
  return all.reduce((sum, [key, count]) => (/^(POST|PATCH|DELETE) /.test(key) ? sum + count : sum), 0);
}

/** Starts the parts, measures, ends the parts. Returns the exit code. */
export async function runBench(measure: (bench: OperatorBench) => Promise<boolean>): Promise<number> {
  const cluster = await FunctionCluster.start('dev', { controllerManager: false });
  const stopping = new AbortController();
  try {
    const { admin, kubeconfig } = cluster.controlPlane;
    await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere } });
    const client = new KubeClient(await readKubeconfig({ paths: [kubeconfig], clock: systemClock }), {
      clock: systemClock,
    });
    const informers = new Informers({ client, clock: systemClock, random: Math.random });
    const services = informers.of(metadataOnly(knativeServiceResource));
    services.addIndex('namespace', ({ metadata }) => [metadata.namespace ?? '']);
    const watching = informers.run(stopping.signal);
    await services.whenSynced(stopping.signal);
    const count = (namespace: string): number => services.cache.byIndex('namespace', namespace).length;
    const isWithin = await measure({ cluster, client, count });
    stopping.abort();
    await watching;
    await client.close();
    return isWithin ? 0 : 1;
  } finally {
    stopping.abort();
    await cluster.stop();
  }
}
