import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { publishedAgent } from './agent-driver.ts';
import { BuildKubelet, digest, wellBuilt } from './build-kubelet.ts';
import { readManifests } from './committed-manifests.ts';
import { eventually } from './eventually.ts';
import { agent, FunctionCluster, lambda, service, withCondition } from './function-cluster.ts';
import { KnativeNodes } from './knative-nodes.ts';
import { startKnativeServing } from './knative-serving.ts';
import type { OperatorProcess } from './operator-process.ts';

const environment = 'pro';

/** The key of the paths that agents are given. */
const keys = mkdtempSync(join(tmpdir(), 'knative-lambda-keys-'));

let cluster: FunctionCluster;
let kubelet: BuildKubelet;
let nodes: KnativeNodes;
let operator: OperatorProcess;

beforeAll(async () => {
  cluster = await FunctionCluster.start(environment);
  const limits = readManifests(environment).filter(({ kind }) => kind === 'LimitRange');
  for (const limit of limits) await cluster.admin.apply(limit, { fieldManager: 'flux' });
  kubelet = new BuildKubelet(cluster);
  nodes = new KnativeNodes(cluster.admin, cluster.namespace);
  cluster.dependOn(nodes);
  await startKnativeServing(cluster.controlPlane, environment);
  writeFileSync(join(keys, 'key'), 'k'.repeat(32));
  operator = await cluster.startOperator({
    SUPERVISION_ADDRESS: 'http://receiver.test',
    SUPERVISION_KEYS_FOLDER: keys,
  });
});

afterAll(async () => {
  rmSync(keys, { recursive: true });
  await nodes.stop();
  await cluster.stop();
});

const imageSource = (image: string, tag = 'v1') => ({
  source: { type: 'image', image: { repository: `ghcr.io/example/${image}`, tag } },
  eventing: { enabled: false },
});

const functionSchema = z.looseObject({
  spec: z.looseObject({}),
  status: z.looseObject({
    serviceStatus: z.looseObject({ url: z.string(), latestRevision: z.string(), replicas: z.int() }),
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })),
  }),
});

/** A function that serves by this revision. */
const servesBy = (revision: string) =>
  functionSchema
    .refine(({ status }) => status.serviceStatus.latestRevision === revision, `does not serve by ${revision}`)
    .refine(
      ({ status }) => status.conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
      'is not Ready',
    );

/** An agent that is Ready by this revision. */
const runsBy = (revision: string) =>
  z.looseObject({
    status: z.looseObject({
      phase: z.literal('Ready'),
      serviceStatus: z.looseObject({ latestRevision: z.literal(revision) }),
    }),
  });

const revisionSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })) }),
});

async function ofFunction(apiVersion: string, kind: string, name: string) {
  const labelSelector = `serving.knative.dev/service=${name}`;
  return cluster.admin.list({ apiVersion, kind, namespace: cluster.namespace, labelSelector });
}

async function revisionsOf(name: string): Promise<Readonly<Record<string, string | undefined>>> {
  const all = (await ofFunction('serving.knative.dev/v1', 'Revision', name)).map((one) => revisionSchema.parse(one));
  return Object.fromEntries(all.map(({ metadata, spec }) => [metadata.name, spec.containers[0]?.image]));
}

/** How many containers each revision has. */
async function containersOf(name: string): Promise<Readonly<Record<string, number>>> {
  const all = (await ofFunction('serving.knative.dev/v1', 'Revision', name)).map((one) => revisionSchema.parse(one));
  return Object.fromEntries(all.map(({ metadata, spec }) => [metadata.name, spec.containers.length]));
}

/** How many times functions were looked at. */
async function passes(): Promise<number> {
  const count = /^controller_runtime_reconcile_total\{controller="function",result="success"\} (\d+)$/m;
  return Number(count.exec(await operator.get('/metrics'))?.[1]);
}

describe('the function of the quick start', () => {
  test('becomes Ready as it is, in the words of Knative', async () => {
    const [sample] = readManifests(environment).filter(({ metadata }) => metadata.name === 'hello-python');
    await cluster.admin.apply({ ...sample }, { fieldManager: 'flux' });
    await kubelet.run(await kubelet.jobOf('hello-python'), wellBuilt(digest('e')));
    const { status } = await cluster.until(lambda('hello-python'), servesBy('hello-python-00001'));
    expect(status.serviceStatus).toMatchObject({
      url: `http://hello-python.${cluster.namespace}.svc.cluster.local`,
      replicas: 1,
    });
  });

  test('is left alone once it serves: what Knative completes is not taken back', async () => {
    const before = await eventually(async () => (await operator.isIdle()) && passes());
    const written = cluster.writes();
    await cluster.patch(lambda('hello-python'), { metadata: { annotations: { 'example.com/seen': 'yes' } } });
    await eventually(async () => (await passes()) > before && operator.isIdle());
    expect(cluster.writes()).toEqual(written);
    expect(Object.keys(await revisionsOf('hello-python'))).toEqual(['hello-python-00001']);
  });

  test('rolls out a change of its spec by one revision', async () => {
    await cluster.patch(lambda('hello-python'), { spec: { scaling: { targetConcurrency: 5 } } });
    await cluster.until(lambda('hello-python'), servesBy('hello-python-00002'));
    await eventually(() => operator.isIdle());
    expect(Object.keys(await revisionsOf('hello-python'))).toEqual(['hello-python-00001', 'hello-python-00002']);
  });

  test('takes all with it when it is deleted', async () => {
    await cluster.admin.remove({ ...lambda('hello-python'), namespace: cluster.namespace });
    for (const [apiVersion, kind] of [
      ['serving.knative.dev/v1', 'Service'],
      ['serving.knative.dev/v1', 'Revision'],
      ['apps/v1', 'Deployment'],
      ['networking.internal.knative.dev/v1alpha1', 'Ingress'],
    ] as const) {
      await eventually(async () => (await ofFunction(apiVersion, kind, 'hello-python')).length === 0);
    }
    expect((await cluster.request('GET', lambda('hello-python'))).status).toBe(404);
  });
});

test('the published agent becomes Ready, and rolls out a change of its spec by one revision', async () => {
  const bruno = agent('agent-bruno');
  const metadata = { name: bruno.name, namespace: cluster.namespace };
  await cluster.admin.apply({ ...publishedAgent, metadata }, { fieldManager: 'author' });
  await cluster.connect('agent-bruno-broker');
  await cluster.until(bruno, runsBy('agent-bruno-00001'));
  await cluster.patch(bruno, { spec: { ai: { model: 'llama3.2:1b' } } });
  await cluster.until(bruno, runsBy('agent-bruno-00002'));
  expect(Object.keys(await revisionsOf('agent-bruno'))).toEqual(['agent-bruno-00001', 'agent-bruno-00002']);
});

test('an agent with a budget runs beside its meter, and one without is alone again', async () => {
  const bruno = agent('agent-bruno');
  await cluster.patch(bruno, { spec: { budget: { perDay: { tokens: 1000 } } } });
  await cluster.until(bruno, runsBy('agent-bruno-00003'));
  await cluster.patch(bruno, { spec: { budget: null } });
  await cluster.until(bruno, runsBy('agent-bruno-00004'));
  expect(await containersOf('agent-bruno')).toMatchObject({ 'agent-bruno-00003': 2, 'agent-bruno-00004': 1 });
});

test('the trace of the event that asked for a function is in its Job, its revision and its pods', async () => {
  const trace = {
    'lambda.knative.io/traceparent': '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'lambda.knative.io/correlation-id': 'order-7',
  };
  const source = { type: 'inline', inline: { code: 'def handler(event):\n    return event\n' } };
  const spec = { source, runtime: { language: 'python', version: '3.12' }, eventing: { enabled: false } };
  await cluster.applyFunction('traced', spec, trace);
  const job = await kubelet.jobOf('traced');
  expect(job.metadata.annotations).toMatchObject(trace);
  await kubelet.run(job, wellBuilt(digest('f')));
  await cluster.until(lambda('traced'), servesBy('traced-00001'));
  for (const [apiVersion, kind] of [
    ['serving.knative.dev/v1', 'Revision'],
    ['v1', 'Pod'],
  ] as const) {
    expect(await ofFunction(apiVersion, kind, 'traced')).toMatchObject([{ metadata: { annotations: trace } }]);
  }
});

describe('a rollback', () => {
  test('to an earlier revision serves its template by a new one, until the spec changes', async () => {
    await cluster.applyFunction('back', imageSource('back', 'v1'));
    await cluster.until(lambda('back'), servesBy('back-00001'));
    await cluster.applyFunction('back', imageSource('back', 'v2'));
    await cluster.until(lambda('back'), servesBy('back-00002'));
    await cluster.applyFunction('back', imageSource('back', 'v2'), {
      'lambda.knative.io/rollback-target': 'back-00001',
    });
    await cluster.until(lambda('back'), servesBy('back-00003'));
    // Knative's own garbage collector may be here first
    const revisions = `/apis/serving.knative.dev/v1/namespaces/${cluster.namespace}/revisions`;
    await cluster.admin.request('DELETE', `${revisions}/back-00001`);
    await cluster.until(lambda('back'), withCondition('DeployReady', 'True', 'RolledBackForGood'));
    await eventually(() => operator.isIdle());
    await cluster.until(lambda('back'), servesBy('back-00003'));
    await cluster.applyFunction('back', imageSource('back', 'v3'), {
      'lambda.knative.io/rollback-target': 'back-00001',
    });
    await cluster.until(lambda('back'), servesBy('back-00004'));
    // Knative itself removes revisions that nothing points to
    expect(await revisionsOf('back')).toMatchObject({
      'back-00003': 'ghcr.io/example/back:v1',
      'back-00004': 'ghcr.io/example/back:v3',
    });
  });
});

describe('a revision that does not start', () => {
  test.each([
    ['ImagePullFailed', 'absent', { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }],
    [
      'CrashLoop',
      'crashing',
      {
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
        lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'no module named x' } },
      },
    ],
  ])('says %s, also once Knative has given it up, while the one before it serves', async (reason, name, trouble) => {
    nodes.break(`ghcr.io/example/${name}:v2`, { ready: false, ...trouble });
    await cluster.applyFunction(name, imageSource(name));
    await cluster.until(lambda(name), servesBy(`${name}-00001`));
    await cluster.applyFunction(name, imageSource(name, 'v2'));
    await cluster.until(lambda(name), withCondition('DeployReady', 'False', reason));
    const gaveUp = z.looseObject({ status: z.looseObject({ conditions: z.array(z.looseObject({})) }) });
    await cluster.until(
      service(name),
      gaveUp.refine(({ status }) => status.conditions.some((one) => one['status'] === 'False'), 'not given up'),
    );
    await eventually(() => operator.isIdle());
    const told = await cluster.until(lambda(name), withCondition('DeployReady', 'False', reason));
    expect(JSON.stringify(told.status)).toContain(`revision ${name}-00001 still serves`);
  });

  test('is followed by one that does', async () => {
    await cluster.applyFunction('crashing', imageSource('crashing', 'v3'));
    const { status } = await cluster.until(lambda('crashing'), servesBy('crashing-00003'));
    expect(status['phase']).toBe('Ready');
  });

  test('because of a quota says so', async () => {
    const { admin, namespace } = cluster;
    const tight = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tight', namespace } };
    await admin.apply({ ...tight, spec: { hard: { pods: '0' } } }, { fieldManager: 'test' });
    await cluster.applyFunction('refused', imageSource('refused'));
    const told = await cluster.until(lambda('refused'), withCondition('DeployReady', 'False', 'QuotaExceeded'));
    expect(JSON.stringify(told.status)).toContain('quota: tight');
    await admin.remove({ ...tight, ...tight.metadata });
  });
});

test('a function whose image Knative cannot read says so', async () => {
  await cluster.applyFunction('upper', imageSource('UPPER'));
  const told = await cluster.until(lambda('upper'), withCondition('DeployReady', 'False', 'ServiceRefused'));
  expect(JSON.stringify(told.status)).toContain('could not parse reference');
});

test('the operator never asks for what its account may not do', async () => {
  expect(Object.keys(await operator.requests()).filter((one) => one.endsWith(' 403'))).toEqual([]);
});
