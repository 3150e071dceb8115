import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { BuildKubelet, digest, wellBuilt } from './build-kubelet.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { readManifests } from './committed-manifests.ts';
import { eventually } from './eventually.ts';
import { FunctionCluster, lambda, service, withCondition } from './function-cluster.ts';
import type { OperatorProcess } from './operator-process.ts';

const patience = { intervalMs: 100 } as const;
const cap = 10;

let cluster: FunctionCluster;
let kubelet: BuildKubelet;
let operator: OperatorProcess;

beforeAll(async () => {
  cluster = await FunctionCluster.start();
  kubelet = new BuildKubelet(cluster);
  operator = await cluster.startOperator({ MAX_CONCURRENT_JOBS: String(cap) });
});

afterAll(() => cluster.stop());

const inline = (code: string, more: object = {}) => ({
  source: { type: 'inline', inline: { code } },
  runtime: { language: 'python', version: '3.12' },
  ...more,
});

const branch = {
  source: { type: 'git', git: { url: 'https://git.example.com/team/code.git', ref: 'main' } },
  runtime: { language: 'python', version: '3.12' },
};

const imageIn = (expected: string) =>
  z.looseObject({
    spec: z.looseObject({
      template: z.looseObject({
        spec: z.looseObject({
          containers: z.tuple([
            z.looseObject({ image: z.string().refine((image) => image.endsWith(expected), `no image ${expected}`) }),
          ]),
        }),
      }),
    }),
  });

const remove = (name: string) => cluster.admin.remove({ ...lambda(name), namespace: cluster.namespace });

const quota = (hard: object) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'tight', namespace: cluster.namespace },
  spec: { hard },
});
const removeQuota = () =>
  cluster.admin.remove({ apiVersion: 'v1', kind: 'ResourceQuota', name: 'tight', namespace: cluster.namespace });

test('the function of the quick start becomes Ready as it is, as kubectl sees it', async () => {
  const [sample] = readManifests('pro').filter(({ metadata }) => metadata.name === 'hello-python');
  const manifest = { ...sample, metadata: { ...sample?.metadata, namespace: cluster.namespace } };
  await cluster.admin.apply(manifest, { fieldManager: 'author', force: true });
  await kubelet.run(await kubelet.jobOf('hello-python'), wellBuilt(digest('e')));
  await cluster.until(service('hello-python'), imageIn(`@${digest('e')}`));
  await cluster.serve('hello-python');
  const wait = ['wait', 'lambdafunction/hello-python', '--for=condition=Ready', '--timeout=200s'];
  const { status, stdout } = spawnSync(
    locateControlPlane()?.kubectl ?? '',
    [`--kubeconfig=${cluster.controlPlane.kubeconfig}`, `--namespace=${cluster.namespace}`, ...wait],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: 'lambdafunction.lambda.knative.io/hello-python condition met\n',
  });
});

describe('inline code', () => {
  test('is built by a Job that finds it in a ConfigMap, and deployed by the digest that the build reports', async () => {
    await cluster.applyFunction('inline', inline('def handler(event): return 1'));
    const building = await kubelet.jobOf('inline');
    const { name } = building.metadata;
    await eventually(() => cluster.get('v1', 'ConfigMap', name), patience);
    expect(await cluster.get('v1', 'ConfigMap', name)).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'Job', name }] },
      data: { 'main.py': 'def handler(event): return 1' },
    });
    await cluster.until(lambda('inline'), withCondition('BuildReady', 'Unknown', 'BuildRunning'));
    await kubelet.run(building, wellBuilt(digest('1')));
    await cluster.until(service('inline'), imageIn(`@${digest('1')}`));
    const built = await cluster.until(lambda('inline'), withCondition('BuildReady', 'True', 'BuildSucceeded'));
    expect(built.status).toMatchObject({ buildStatus: { attempt: 1, digest: digest('1'), jobName: name } });
  });

  test('is not built again when only the spec around it changes, nor when its Job is gone', async () => {
    const before = (await kubelet.jobs()).map(({ metadata }) => metadata.name);
    for (const name of before) {
      await cluster.admin.remove({ apiVersion: 'batch/v1', kind: 'Job', name, namespace: cluster.namespace });
    }
    const env = [{ name: 'GREETING', value: 'hi' }];
    await cluster.applyFunction('inline', inline('def handler(event): return 1', { env }));
    await cluster.until(service('inline'), z.looseObject({ metadata: z.looseObject({ generation: z.literal(2) }) }));
    await cluster.until(service('inline'), imageIn(`@${digest('1')}`));
    expect(await kubelet.jobs()).toEqual([]);
  });

  test('is built again when it changes, and the old image serves until then', async () => {
    await cluster.applyFunction('inline', inline('def handler(event): return 2'));
    const building = await kubelet.jobOf('inline');
    expect(await cluster.get('serving.knative.dev/v1', 'Service', 'inline')).toEqual(
      expect.objectContaining(
        imageIn(`@${digest('1')}`).parse(await cluster.get('serving.knative.dev/v1', 'Service', 'inline')),
      ),
    );
    await kubelet.run(building, wellBuilt(digest('2')));
    await cluster.until(service('inline'), imageIn(`@${digest('2')}`));
  });
});

describe('a build that fails', () => {
  test('says the last lines of its log, without secrets, and is not repeated', async () => {
    await cluster.applyFunction('broken', inline('import reqests'));
    const building = await kubelet.jobOf('broken');
    await cluster.until(lambda('broken'), withCondition('BuildReady', 'Unknown', 'BuildRunning'));
    await kubelet.run(building, {
      fetch: { exitCode: 0 },
      build: { exitCode: 1, message: 'step 1\nERROR: No matching distribution found for reqests\npassword=hunter2' },
    });
    const failed = await cluster.until(lambda('broken'), withCondition('BuildReady', 'False', 'BuildStageFailed'));
    expect(failed.status.phase).toBe('Failed');
    const text = JSON.stringify(failed.status);
    expect(text).toContain('No matching distribution found for reqests');
    expect(text).not.toContain('hunter2');
    expect(await kubelet.jobsOf('broken')).toHaveLength(1);
  });

  test('is told of by Events, which the API server keeps beside the function', async () => {
    const told = await eventually(async () => {
      const all = await cluster.eventsOf('broken');
      expect(all.map(({ action, reason, type }) => `${type} ${action} ${reason}`)).toEqual(
        expect.arrayContaining(['Normal Build BuildRunning', 'Warning Build BuildStageFailed']),
      );
      return all;
    }, patience);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  test('is repeated when somebody asks for it', async () => {
    await cluster.applyFunction('broken', inline('import reqests'), {
      'lambda.knative.io/rebuild-requested': 'once more',
    });
    const again = await kubelet.jobOf('broken');
    await kubelet.run(again, wellBuilt(digest('3')));
    await cluster.until(service('broken'), imageIn(`@${digest('3')}`));
    expect(again.metadata.name).toMatch(/-1$/);
  });

  test('tells what fetch said of the source', async () => {
    await cluster.applyFunction('missing', inline('missing = 1'));
    const message = JSON.stringify({
      outcome: 'failed',
      reason: 'MainFileMissing',
      message: 'no main.py',
      retryable: false,
    });
    await kubelet.run(await kubelet.jobOf('missing'), { fetch: { exitCode: 2, message } });
    const failed = await cluster.until(
      lambda('missing'),
      withCondition('SourceReady', 'False', 'SourceMainFileMissing'),
    );
    expect(failed.status.phase).toBe('Failed');
    await remove('missing');
  });
});

describe('a build that does not come to its end', () => {
  test('fails at its deadline, and says which', async () => {
    await cluster.applyFunction('slow', inline('slow = 1', { build: { timeout: '1s' } }));
    const told = await cluster.until(lambda('slow'), withCondition('BuildReady', 'False', 'BuildDeadlineExceeded'));
    expect(told.status.phase).toBe('Failed');
    expect(JSON.stringify(told.status)).toContain('ran for longer than 1s');
    await remove('slow');
  });

  test('is repeated once when its node was taken away, which is not the fault of the author', async () => {
    await cluster.applyFunction('spot', inline('spot = 1'));
    const building = await kubelet.jobOf('spot');
    await kubelet.interrupt(building);
    await cluster.until(lambda('spot'), withCondition('BuildReady', 'False', 'BuildInterrupted'));
    await kubelet.run(building, wellBuilt(digest('b')));
    await cluster.until(service('spot'), imageIn(`@${digest('b')}`));
    expect(await kubelet.jobsOf('spot')).toHaveLength(1);
  });
});

describe('a namespace that is full', () => {
  test('is told of where the quota refuses the pod of a Job, which only an Event says', async () => {
    await cluster.admin.apply(quota({ pods: '0' }), { fieldManager: 'test', force: true });
    await cluster.applyFunction('full', inline('full = 1'));
    const refused = await cluster.until(lambda('full'), withCondition('BuildReady', 'False', 'BuildQuotaExceeded'));
    expect(JSON.stringify(refused.status)).toMatch(/quota: tight/);
    await removeQuota();
    await kubelet.run(await kubelet.jobOf('full'), wellBuilt(digest('a')));
    await cluster.until(service('full'), imageIn(`@${digest('a')}`));
  });

  test('is told of where the quota refuses the Job itself', async () => {
    await cluster.admin.apply(quota({ 'count/jobs.batch': '0' }), { fieldManager: 'test', force: true });
    await cluster.applyFunction('full', inline('full = 2'));
    const refused = await cluster.until(lambda('full'), withCondition('BuildReady', 'False', 'BuildQuotaExceeded'));
    expect(JSON.stringify(refused.status)).toContain('jobs.batch');
    await removeQuota();
    await remove('full');
  });
});

describe('a branch', () => {
  /** As the event has it that asked for the function. */
  const trace = {
    'lambda.knative.io/traceparent': '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'lambda.knative.io/correlation-id': 'order-17',
  };

  test('is asked for its commit once, that commit is built, and the trace goes on to the revision', async () => {
    await cluster.applyFunction('branch', branch, trace);
    const commit = 'a'.repeat(40);
    const message = JSON.stringify({ outcome: 'resolved', version: { kind: 'commit', value: commit } });
    await kubelet.run(await kubelet.jobOf('branch', 'resolve-'), { fetch: { exitCode: 0, message } });
    const building = await kubelet.jobOf('branch');
    expect(JSON.stringify(building.spec)).toContain(commit);
    expect(building.metadata.annotations).toMatchObject(trace);
    const resolved = await cluster.until(lambda('branch'), withCondition('SourceReady', 'True', 'SourceResolved'));
    expect(resolved.status).toMatchObject({ sourceStatus: { revision: `commit ${commit}` } });
    await kubelet.run(building, wellBuilt(digest('4')));
    await cluster.until(service('branch'), imageIn(`@${digest('4')}`));
    expect(await cluster.get('serving.knative.dev/v1', 'Service', 'branch')).toMatchObject({
      spec: { template: { metadata: { annotations: trace } } },
    });
  });
});

describe('builds of several functions', () => {
  test('of the same content are one Job, which ends with the last that waits', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `same-${index}`);
    await Promise.all(names.map((name) => cluster.applyFunction(name, inline('same = True'))));
    const owners = await eventually(async () => {
      const [one, ...others] = (await kubelet.jobs()).filter(({ metadata }) =>
        metadata.ownerReferences.some(({ name }) => name.startsWith('same-')),
      );
      if (one === undefined || others.length > 0) throw new Error(`${others.length + 1} Jobs`);
      const found = one.metadata.ownerReferences.map(({ name }) => name);
      if (found.length < names.length) throw new Error(`${found.length} wait`);
      return found;
    }, patience);
    expect(owners.toSorted()).toEqual(names);
    await remove('same-0');
    await kubelet.run(await kubelet.jobOf('same-1'), wellBuilt(digest('5')));
    await Promise.all(names.slice(1).map((name) => cluster.until(service(name), imageIn(`@${digest('5')}`))));
    await cluster.applyFunction('late', inline('same = True'));
    await cluster.until(service('late'), imageIn(`@${digest('5')}`));
  });

  test('wait in a queue above the cap, are told their place, and begin one after the other', async () => {
    const names = Array.from({ length: cap + 1 }, (_, index) => `queue-${index}`);
    for (const [index, name] of names.entries()) await cluster.applyFunction(name, inline(`number = ${index}`));
    const [queued, ...none] = await eventually(async () => {
      const running = (await kubelet.jobs()).flatMap(({ metadata }) =>
        metadata.ownerReferences.map(({ name }) => name),
      );
      if (running.filter((name) => name.startsWith('queue-')).length < cap) throw new Error('not all run');
      return names.filter((name) => !running.includes(name));
    }, patience);
    expect(none).toEqual([]);
    const waiting = await cluster.until(lambda(queued ?? ''), withCondition('BuildReady', 'Unknown', 'BuildQueued'));
    expect(JSON.stringify(waiting.status)).toContain(`is number 1 of 1 that wait for a build; ${cap} of ${cap} run`);
    expect(await kubelet.jobsOf(queued ?? '')).toEqual([]);
    const [first = ''] = names.filter((name) => name !== queued);
    await kubelet.run(await kubelet.jobOf(first), wellBuilt());
    await kubelet.run(await kubelet.jobOf(queued ?? ''), wellBuilt());
    for (const name of names) await remove(name);
  });
});

describe('a build that nobody wants any more', () => {
  test('is cancelled by annotation, and begun again without it', async () => {
    await cluster.applyFunction('cancel', inline('cancel = 1'));
    const building = await kubelet.jobOf('cancel');
    const cancel = { 'lambda.knative.io/cancel-build': 'true' };
    await cluster.applyFunction('cancel', inline('cancel = 1'), cancel);
    await cluster.until(lambda('cancel'), withCondition('BuildReady', 'False', 'BuildCancelled'));
    await cluster.untilGone({ apiVersion: 'batch/v1', kind: 'Job', name: building.metadata.name });
    await cluster.applyFunction('cancel', inline('cancel = 1'));
    const again = await kubelet.jobOf('cancel');
    expect(again.metadata.uid).not.toBe(building.metadata.uid);
  });

  test('ends with a newer spec', async () => {
    const building = await kubelet.jobOf('cancel');
    await cluster.applyFunction('cancel', inline('cancel = 2'));
    await cluster.untilGone({ apiVersion: 'batch/v1', kind: 'Job', name: building.metadata.name });
    expect((await kubelet.jobOf('cancel')).metadata.name).not.toBe(building.metadata.name);
  });

  test('ends with its function', async () => {
    const building = await kubelet.jobOf('cancel');
    await remove('cancel');
    await cluster.untilGone({ apiVersion: 'batch/v1', kind: 'Job', name: building.metadata.name });
    expect((await cluster.request('GET', lambda('cancel'))).status).toBe(404);
  });
});

test('an operator that is killed during a build is followed by one that goes on with it', async () => {
  await cluster.applyFunction('killed', inline('killed = 1'));
  const building = await kubelet.jobOf('killed');
  await operator.end('SIGKILL');
  await kubelet.run(building, wellBuilt(digest('6')));
  operator = await cluster.startOperator({ MAX_CONCURRENT_JOBS: String(cap) });
  await cluster.until(service('killed'), imageIn(`@${digest('6')}`));
  expect(await kubelet.jobsOf('killed')).toHaveLength(1);
});

/** Generations of the services of functions, by name, and names of the Jobs. */
const stateOfAll = async () => {
  const services = await cluster.admin.list({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' });
  const jobs = await kubelet.jobs();
  return {
    jobs: jobs.map(({ metadata }) => metadata.name),
    generations: Object.fromEntries(
      services.map(({ metadata }) => [
        metadata.name,
        z.looseObject({ generation: z.int() }).parse(metadata).generation,
      ]),
    ),
  };
};
const restart = async (version: string) => {
  await operator.end('SIGTERM');
  operator = await cluster.startOperator({ MAX_CONCURRENT_JOBS: String(cap), OPERATOR_VERSION: version });
};

test('an image that the registry has lost is built once more, and what serves stays until then', async () => {
  const labels = { 'lambda.knative.io/name': 'killed', 'app.kubernetes.io/managed-by': 'knative-lambda-operator' };
  const pod = { apiVersion: 'v1', kind: 'Pod', name: 'killed-pod' };
  const image = `registry.example.com/functions@${digest('6')}`;
  const limits = { cpu: '1m', memory: '1Mi' };
  const containers = [{ name: 'user-container', image, resources: { requests: limits, limits } }];
  const spec = { automountServiceAccountToken: false, containers };
  const metadata = { name: pod.name, namespace: cluster.namespace, labels };
  await cluster.admin.apply({ ...pod, name: undefined, metadata, spec }, { fieldManager: 'test', force: true });
  const message = `Failed to pull image "${image}": rpc error: code = NotFound desc = ${image}: not found`;
  const state = { waiting: { reason: 'ErrImagePull', message } };
  const statuses = [{ name: 'user-container', image, imageID: '', ready: false, restartCount: 0, state }];
  await cluster.patchStatus(pod, { phase: 'Pending', containerStatuses: statuses });
  const again = await kubelet.jobOf('killed');
  expect(again.metadata.name).toMatch(/-2$/);
  await cluster.until(service('killed'), imageIn(`@${digest('6')}`));
  await kubelet.run(again, wellBuilt(digest('9')));
  await cluster.until(service('killed'), imageIn(`@${digest('9')}`));
  expect(await kubelet.jobsOf('killed')).toHaveLength(2);
});

describe('another operator', () => {
  test('with the same wrappers writes nothing', async () => {
    const before = await stateOfAll();
    await restart('v9.9.9');
    await eventually(() => operator.isIdle(), patience);
    expect(await stateOfAll()).toEqual(before);
    const writes = Object.keys(await operator.requests()).filter((one) => /^(POST|PATCH|DELETE)/.test(one));
    // the Lease is written by PUT
    expect(writes).toEqual([]);
  });

  test('with another wrapper offers to build anew, and does when it is asked', async () => {
    cluster.changeWrapper('python');
    const before = await stateOfAll();
    await restart('v10.0.0');
    const offers = withCondition('RebuildAvailable', 'True', 'RebuildAvailable');
    for (const name of ['inline', 'killed', 'same-3']) await cluster.until(lambda(name), offers);
    await eventually(() => operator.isIdle(), patience);
    expect(await stateOfAll()).toEqual(before);
    await cluster.applyFunction('killed', inline('killed = 1'), {
      'lambda.knative.io/rebuild-requested': 'new wrapper',
    });
    await kubelet.run(await kubelet.jobOf('killed'), wellBuilt(digest('7')));
    await cluster.until(service('killed'), imageIn(`@${digest('7')}`));
  });
});

test('uses every right of its account that is for builds', async () => {
  const builds = /(jobs\.batch|configmaps\.|events\.events\.k8s\.io)$/;
  await eventually(() => {
    const unused = cluster.unusedRights().filter((right) => builds.test(right));
    if (unused.length > 0) throw new Error(unused.join(', '));
  });
});

test('never asks for what its account may not do', async () => {
  for (const one of cluster.operators.filter(({ isAlive }) => isAlive)) {
    expect(Object.keys(await one.requests()).filter((key) => key.endsWith(' 403'))).toEqual([]);
    expect(one.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }
});
