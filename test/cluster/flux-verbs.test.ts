import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { eventually } from './eventually.ts';
import { type FluxSource, serveRepository } from './flux-source.ts';
import {
  answerReconcileRequest,
  isSuspended,
  makeDeploymentsAvailable,
  type OperatedCluster,
  startOperatedCluster,
} from './operated-cluster.ts';
import { type TypedCommands, typedCommands } from './typed-command.ts';
import { startKustomizeController } from './flux-cluster.ts';

const { delivery } = findEnvironment(readEnvironments(), 'dev');
const source = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace: 'flux-system' };
const sourcePath = `/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/${delivery.source}/status`;
const builder = '/apis/apps/v1/namespaces/knative-lambda-dev/deployments/knative-lambda-builder';
const kustomizationPath = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations';
const scaled = z.looseObject({ spec: z.looseObject({ replicas: z.int() }) });

let cluster: OperatedCluster;
let repository: FluxSource;
let make: TypedCommands['make'];

async function readReplicas(): Promise<number | undefined> {
  const { status, body } = await cluster.controlPlane.admin.request('GET', builder);
  return status === 200 ? scaled.parse(body).spec.replicas : undefined;
}

const conditions = z.looseObject({
  status: z
    .looseObject({
      lastHandledReconcileAt: z.string().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
    })
    .default({ conditions: [] }),
});

/** Makes the controller reconcile now, and waits until it has. */
async function reconcileNow(name: string): Promise<void> {
  const asked = new Date().toISOString();
  const annotations = { 'reconcile.fluxcd.io/requestedAt': asked };
  await cluster.patch(`${kustomizationPath}/${name}`, { metadata: { annotations } });
  await eventually(
    async () => {
      const { body } = await cluster.controlPlane.admin.request('GET', `${kustomizationPath}/${name}`);
      return conditions.parse(body).status.lastHandledReconcileAt === asked;
    },
    { giveUp: cluster.controlPlane.failure },
  );
}

beforeAll(async () => {
  cluster = await startOperatedCluster();
  ({ make } = typedCommands(cluster.kubeconfig));
  repository = await serveRepository(delivery.source, delivery.path);
  await repository.publish(cluster.controlPlane.admin);
  cluster.simulate(() => makeDeploymentsAvailable(cluster));
  // stands in for source-controller, which would fetch from a Git server
  cluster.simulate(async () => {
    const found = await cluster.controlPlane.admin.get({ ...source, name: delivery.source });
    await answerReconcileRequest(cluster, sourcePath, found);
  });
  await startKustomizeController(cluster.controlPlane);
});

afterAll(async () => {
  await cluster.stop();
  repository.stop();
});

test('deploys through the kustomize-controller of Flux and waits until it is done', async () => {
  const deployed = await make('deploy-dev', { TIMEOUT: '2m' });
  expect(deployed).toMatchObject({ code: 0, output: expect.stringContaining('knative-lambda-dev condition met') });
  expect(await readReplicas()).toBe(1);
});

test('keeps a change by hand although the Kustomization of the cluster is reconciled', async () => {
  expect(await make('scale-builder ENV=dev REPLICAS=4')).toMatchObject({ code: 0 });
  await reconcileNow('knative-lambda-cluster');
  expect(await isSuspended(cluster, 'knative-lambda-dev')).toBe(true);
  expect(await readReplicas()).toBe(4);
});

test('lets Flux mend the change once it is resumed', async () => {
  expect(await make('flux-resume ENV=dev')).toMatchObject({ code: 0 });
  await eventually(async () => (await readReplicas()) === 1, {
    giveUp: cluster.controlPlane.failure,
  });
  expect(await isSuspended(cluster, 'knative-lambda-dev')).toBe(false);
});

test('fails to point a cluster with production at another branch', async () => {
  expect(await make('flux-test-branch ENV=dev BRANCH=feature/x YES=dev')).toMatchObject({
    code: 2,
    output: expect.stringContaining('cluster tiers: got prd on it, allowed no production'),
  });
});
