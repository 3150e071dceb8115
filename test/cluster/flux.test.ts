import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { locateKustomizeController } from '../../tools/real-parts/locate.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { type FluxSource, serveRepository } from './flux-source.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { findFreePorts } from './free-ports.ts';

const kustomization = z.looseObject({
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), message: z.string() })).default([]),
    })
    .default({ conditions: [] }),
});

const deployment = z.looseObject({
  metadata: z.looseObject({ generation: z.int() }),
  spec: z.looseObject({ replicas: z.int() }),
});

const { delivery } = findEnvironment(readEnvironments(), 'dev');
const tiers = ['dev', 'staging', 'prd'] as const;

const reference = (kind: string, name: string, namespace: string, apiVersion: string) => ({
  apiVersion,
  kind,
  name,
  namespace,
});

describe('Flux, its own kustomize-controller', () => {
  let controlPlane: ControlPlane;
  let source: FluxSource;
  const over = new AbortController();
  let standIn: Promise<void>;

  async function conditionOf(name: string): Promise<string> {
    const found = await controlPlane.admin.get(
      reference('Kustomization', name, 'flux-system', 'kustomize.toolkit.fluxcd.io/v1'),
    );
    const ready = kustomization.parse(found).status.conditions.find(({ type }) => type === 'Ready');
    return ready === undefined ? 'nothing yet' : `${ready.status}: ${ready.message}`;
  }

  /** The condition once it is settled, or the last one seen. */
  async function settledCondition(name: string): Promise<string> {
    const deadline = { timeoutMs: 60_000, intervalMs: 200, giveUp: controlPlane.failure };
    const isReady = async (): Promise<boolean> => (await conditionOf(name)).startsWith('True');
    await eventually(isReady, deadline).catch(() => undefined);
    return conditionOf(name);
  }

  /** No node runs here: says of every Deployment what its controller would say once all pods are ready. */
  async function makeDeploymentsAvailable(): Promise<void> {
    for await (const _ of every(300, undefined, { signal: over.signal })) {
      const all = await controlPlane.admin.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
      for (const { metadata, ...rest } of all) {
        const { metadata: meta, spec } = deployment.parse({ metadata, ...rest });
        const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'];
        const status = {
          observedGeneration: meta.generation,
          ...Object.fromEntries(counts.map((count) => [count, spec.replicas])),
          conditions: [
            { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
            { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
          ],
        };
        const path = `/apis/apps/v1/namespaces/${metadata.namespace}/deployments/${metadata.name}/status`;
        await controlPlane.admin.request('PATCH', path, { status }, 'application/merge-patch+json');
      }
    }
  }

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    const { admin } = controlPlane;
    for (const name of ['flux-system', 'knative-serving', 'knative-eventing']) {
      await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'test' });
    }
    for (const manifest of readManifests('clusters/tiers')) {
      await admin.apply(manifest, { fieldManager: 'test' });
    }
    source = await serveRepository(delivery.source, delivery.path);
    await source.publish(admin);
    const [metricsPort, healthPort] = await findFreePorts(2);
    controlPlane.start({
      name: 'kustomize-controller',
      path: locateKustomizeController() ?? '',
      arguments: [
        `--metrics-addr=127.0.0.1:${metricsPort}`,
        `--health-addr=127.0.0.1:${healthPort}`,
        '--watch-all-namespaces=true',
        '--requeue-dependency=1s',
      ],
      environment: { KUBECONFIG: controlPlane.kubeconfig, RUNTIME_NAMESPACE: 'flux-system' },
    });
    standIn = makeDeploymentsAvailable().catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });
  }, 60_000);

  afterAll(async () => {
    over.abort();
    await standIn;
    source.stop();
    await controlPlane.stop();
  });

  test.each(['knative-lambda-cluster', ...tiers.map((tier) => `knative-lambda-${tier}`)])(
    'applies %s and finds it healthy',
    async (name) => {
      expect(await settledCondition(name)).toContain('True: Applied revision: main@sha1:');
    },
    70_000,
  );

  test.each(tiers)('leaves every object of %s in the cluster', async (tier) => {
    const wanted = readManifests(tier).map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      namespace: metadata.namespace,
    }));
    const found = await Promise.all(wanted.map((one) => controlPlane.admin.get(one)));
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
      wanted.map(({ kind, name }) => `${kind} ${name}`),
    );
  });

  test('mends a change by hand at the next interval', async () => {
    // an interval of a minute would only make the test wait
    const shorter = { spec: { interval: '2s' } };
    const delivered = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/knative-lambda-dev';
    await controlPlane.admin.request('PATCH', delivered, shorter, 'application/merge-patch+json');
    const operator = reference('Deployment', 'knative-lambda-operator', 'knative-lambda-dev', 'apps/v1');
    const path = '/apis/apps/v1/namespaces/knative-lambda-dev/deployments/knative-lambda-operator';
    const changed = await controlPlane.admin.request(
      'PATCH',
      path,
      { spec: { replicas: 7 } },
      'application/merge-patch+json',
    );
    expect(changed.status).toBe(200);
    const replicas = async (): Promise<number> =>
      deployment.parse(await controlPlane.admin.get(operator)).spec.replicas;
    await eventually(async () => (await replicas()) === 1, {
      timeoutMs: 30_000,
      intervalMs: 200,
      giveUp: controlPlane.failure,
    });
    expect(await replicas()).toBe(1);
  }, 40_000);

  test('removes what a commit removes, and keeps the namespaces', async () => {
    rmSync(join(source.folder, 'staging', 'receiver.yaml'));
    rmSync(join(source.folder, 'staging', 'namespace.yaml'));
    const left = ['network.yaml', 'access.yaml', 'secrets.yaml', 'operator.yaml', 'quota.yaml'];
    writeFileSync(
      join(source.folder, 'staging', 'kustomization.yaml'),
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [${left.join(', ')}]\n`,
    );
    await source.publish(controlPlane.admin);
    const receiver = '/apis/apps/v1/namespaces/knative-lambda-staging/deployments/knative-lambda-builder';
    await eventually(async () => (await controlPlane.admin.request('GET', receiver)).status === 404, {
      timeoutMs: 30_000,
      intervalMs: 200,
      giveUp: controlPlane.failure,
    });
    const namespace = await controlPlane.admin.request('GET', '/api/v1/namespaces/knative-lambda-staging');
    expect(namespace).toMatchObject({
      status: 200,
      body: expect.not.objectContaining({ deletionTimestamp: expect.anything() }),
    });
  }, 40_000);
});
