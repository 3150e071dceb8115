import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { FunctionCluster, lambda, service, withCondition } from './function-cluster.ts';
import type { OperatorProcess } from './operator-process.ts';

let cluster: FunctionCluster;
let operator: OperatorProcess;

beforeAll(async () => {
  cluster = await FunctionCluster.start();
  operator = await cluster.startOperator();
});

afterAll(() => cluster.stop());

const imageSource = (tag = 'v1') => ({
  source: { type: 'image', image: { repository: 'ghcr.io/example/hello', tag } },
});

const generated = z.looseObject({ metadata: z.looseObject({ generation: z.int(), uid: z.string() }) });

/** What Knative's controller writes once a revision serves. */
async function serve(name: string, revision = `${name}-00001`): Promise<void> {
  const { metadata } = await cluster.until(service(name), generated);
  await cluster.patchStatus(service(name), {
    observedGeneration: metadata.generation,
    url: `http://${name}.${cluster.namespace}.svc.cluster.local`,
    latestCreatedRevisionName: revision,
    latestReadyRevisionName: revision,
    conditions: ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => ({ type, status: 'True' })),
  });
}

const isReady = withCondition('Ready', 'True', 'ReadyWithoutEvents');

describe('a function with a ready-made image', () => {
  test('becomes a Knative Service, and is Ready when that is', async () => {
    await cluster.applyFunction('hello', imageSource());
    const deploying = await cluster.until(lambda('hello'), withCondition('DeployReady', 'Unknown', 'Deploying'));
    expect(deploying.status.phase).toBe('Deploying');
    const made = await cluster.get('serving.knative.dev/v1', 'Service', 'hello');
    expect(made).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'LambdaFunction', name: 'hello', controller: true }] },
      spec: { template: { spec: { containers: [{ image: 'ghcr.io/example/hello:v1' }] } } },
    });
    await serve('hello');
    const ready = await cluster.until(lambda('hello'), isReady);
    expect(ready.status).toMatchObject({
      phase: 'Ready',
      serviceStatus: { ready: true, latestRevision: 'hello-00001' },
    });
  });

  test('rolls out a change of the spec, once', async () => {
    await cluster.applyFunction('hello', imageSource('v2'));
    const changed = z.looseObject({ metadata: z.looseObject({ generation: z.literal(2) }) });
    await cluster.until(service('hello'), changed);
    await serve('hello', 'hello-00002');
    await cluster.until(lambda('hello'), isReady);
    expect(await cluster.get('serving.knative.dev/v1', 'Service', 'hello')).toMatchObject({
      metadata: { generation: 2 },
      spec: { template: { spec: { containers: [{ image: 'ghcr.io/example/hello:v2' }] } } },
    });
  });
});

test('takes away what belongs to a function that is deleted', async () => {
  await cluster.admin.remove({ ...lambda('hello'), namespace: cluster.namespace });
  await cluster.untilGone(service('hello'));
  expect((await cluster.request('GET', lambda('hello'))).status).toBe(404);
});

test('never asks for what its account may not do', async () => {
  const requests = await operator.requests();
  expect(requests['PATCH 200']).toBeGreaterThan(0);
  expect(Object.keys(requests).filter((one) => one.endsWith(' 403'))).toEqual([]);
  expect(operator.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
