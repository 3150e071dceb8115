import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { flaggerPart } from '../../tools/real-parts/parts.ts';
import { eventually } from './eventually.ts';
import { findFreePorts } from './free-ports.ts';
import {
  isSuspended,
  makeDeploymentsAvailable,
  type OperatedCluster,
  startOperatedCluster,
} from './operated-cluster.ts';
import { type TypedCommands, typedCommands } from './typed-command.ts';

const name = 'knative-lambda-builder';
const metadata = { name, namespace: 'knative-lambda-prd' };
const labels = { app: name };

let cluster: OperatedCluster;
let typed: TypedCommands;

const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...metadata, labels },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'builder', image }] } },
  },
});

/** No metric: nothing but the verbs ends the analysis within the test. */
const canary = {
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata,
  spec: {
    provider: 'kubernetes',
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    service: { port: 8080 },
    // the shortest interval that Flagger takes
    analysis: { interval: '10s', threshold: 5, iterations: 100 },
  },
};

const apply = async (object: object): Promise<unknown> =>
  cluster.controlPlane.admin.apply(object, { fieldManager: 'kustomize-controller', force: true });

const canarySchema = z.looseObject({
  spec: z.looseObject({ skipAnalysis: z.boolean().default(false) }),
  status: z.looseObject({ phase: z.string().default('') }).default({ phase: '' }),
});

async function readCanary() {
  const path = `/apis/flagger.app/v1beta1/namespaces/${metadata.namespace}/canaries/${name}`;
  return canarySchema.parse((await cluster.controlPlane.admin.request('GET', path)).body);
}

const reachPhase = async (phase: string): Promise<unknown> =>
  eventually(async () => (await readCanary()).status.phase === phase, {
    intervalMs: 500,
    giveUp: cluster.controlPlane.failure,
  });

const imageSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })) }) }),
  }),
});

/** Image of the pods that serve. */
async function servedImage(): Promise<string | undefined> {
  const found = await cluster.controlPlane.admin.get({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: metadata.namespace,
    name: `${name}-primary`,
  });
  return imageSchema.parse(found).spec.template.spec.containers[0]?.image;
}

beforeAll(async () => {
  cluster = await startOperatedCluster();
  typed = typedCommands(cluster.kubeconfig);
  cluster.simulate(() => makeDeploymentsAvailable(cluster));
  const [port] = await findFreePorts(1);
  for (const object of [deployment('builder:1'), canary]) await apply(object);
  cluster.controlPlane.start({
    name: 'flagger',
    path: locateProgram(flaggerPart) ?? '',
    arguments: [
      `-kubeconfig=${cluster.controlPlane.kubeconfig}`,
      '-mesh-provider=kubernetes',
      '-metrics-server=http://127.0.0.1:9',
      `-port=${port}`,
    ],
    environment: {},
  });
  await reachPhase('Initialized');
});

afterAll(async () => cluster.stop());

test('makes Flagger roll a release back, which stays back', async () => {
  await apply(deployment('builder:2'));
  await reachPhase('Progressing');
  expect(await typed.make('canary-rollback ENV=prd YES=prd')).toMatchObject({
    code: 0,
    output: expect.stringContaining('rolled back'),
  });
  expect(await readCanary()).toMatchObject({ status: { phase: 'Failed', failedChecks: 0, canaryWeight: 0 } });
  expect(await servedImage()).toBe('builder:1');
});

test('makes Flagger promote a release without the rest of its analysis', async () => {
  await apply(deployment('builder:3'));
  await reachPhase('Progressing');
  expect(await typed.make('canary-promote ENV=prd YES=prd')).toMatchObject({
    code: 0,
    output: expect.stringContaining('promoted'),
  });
  expect(await servedImage()).toBe('builder:3');
  expect(await readCanary()).toMatchObject({ spec: { skipAnalysis: false }, status: { phase: 'Succeeded' } });
  expect(await isSuspended(cluster, 'knative-lambda-prd')).toBe(false);
});
