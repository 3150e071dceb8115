import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cacheRoot } from '../../tools/real-parts/cache.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';

const fieldManager = 'harness-test';
const settings = { ...process.env };
const cache = mkdtempSync(join(tmpdir(), 'knative-lambda-harness-'));

/** From the one used last to the one used first, and what a killed process left. */
const unusedDatabases = ['used-1', 'used-2', 'used-3', 'used-4', 'used-5', '.making-abandoned'];

/** Control plane with the foreign CRDs, started from nothing: the cache has the parts but no database. */
let controlPlane: ControlPlane;
let coldStartMs = Infinity;

const programsOf = (folder: string): readonly string[] =>
  execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder));

async function makeNamespace(name: string, labels: Record<string, string> = {}): Promise<void> {
  await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

beforeAll(async () => {
  symlinkSync(join(cacheRoot(process.env), 'parts'), join(cache, 'parts'));
  for (const name of unusedDatabases) mkdirSync(join(cache, 'databases', name), { recursive: true });
  for (const [age, name] of unusedDatabases.entries())
    utimesSync(join(cache, 'databases', name), 1000 - age, 1000 - age);
  process.env['KNATIVE_LAMBDA_CACHE'] = cache;
  const crds = readForeignCrds();
  const startedAt = performance.now();
  controlPlane = await startControlPlane({ crds });
  coldStartMs = performance.now() - startedAt;
});

afterAll(async () => {
  await controlPlane.stop();
  rmSync(cache, { recursive: true, force: true });
});

describe('a control plane', () => {
  test('starts sooner from the prepared database than without, with every foreign kind served', async () => {
    const crds = readForeignCrds();
    const startedAt = performance.now();
    const second = await startControlPlane({ crds });
    try {
      expect(performance.now() - startedAt).toBeLessThan(coldStartMs);
      const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
      await expect(second.admin.list(definitions)).resolves.toHaveLength(crds.length);
    } finally {
      await second.stop();
    }
  });

  test('keeps the five databases used last', () => {
    const kept = readdirSync(join(cache, 'databases')).filter((name) => !/^[0-9a-f]{20}$/.test(name));
    expect(kept.toSorted()).toEqual(['used-1', 'used-2', 'used-3', 'used-4']);
  });

  test('makes a ReplicaSet of a Deployment', async () => {
    const labels = { app: 'web' };
    const container = { name: 'web', image: 'registry.example/web:1' };
    await controlPlane.admin.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      },
      { fieldManager },
    );
    const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'default', labelSelector: 'app=web' };
    await eventually(async () => expect(await controlPlane.admin.list(kind)).toHaveLength(1));
  });

  test('is reached by kubectl with the kubeconfig', () => {
    const kubectl = locateControlPlane()?.kubectl ?? 'kubectl';
    const output = execFileSync(kubectl, ['--kubeconfig', controlPlane.kubeconfig, 'get', 'namespaces', '-o', 'name']);
    expect(output.toString()).toContain('namespace/kube-system');
  });

  test('leaves no program and no data behind when it is stopped', async () => {
    const short = await startControlPlane();
    const folder = dirname(short.kubeconfig);
    expect(programsOf(folder).length).toBeGreaterThanOrEqual(4);
    await short.stop();
    expect(programsOf(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    { ending: 'is killed', signal: 'SIGKILL' },
    { ending: 'is interrupted', signal: 'SIGINT' },
    { ending: 'throws', signal: 'SIGUSR2' },
  ] as const)('leaves no program and no data behind when its owner $ending', async ({ signal }) => {
    const path = join(import.meta.dirname, 'control-plane-owner.ts');
    const owner = spawn(process.execPath, ['--import', 'tsx', path], { stdio: ['ignore', 'pipe', 'ignore'] });
    const folder = await new Promise<string>((resolve) => {
      createInterface({ input: owner.stdout }).once('line', (line) => resolve(dirname(line)));
    });
    expect(programsOf(folder).length).toBeGreaterThanOrEqual(3);
    owner.kill(signal);
    await eventually(() => programsOf(folder).length === 0 && !existsSync(folder));
  });

  test('fails to start with the last log lines of the program that ended', async () => {
    const assets = mkdtempSync(join(cache, 'assets-'));
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl']) {
      writeFileSync(join(assets, name), '#!/bin/sh\necho this disk is not mine\nexit 3\n', { mode: 0o755 });
    }
    process.env['KUBEBUILDER_ASSETS'] = assets;
    try {
      const failure = 'etcd ended (exit code 3); its last log lines:\nthis disk is not mine';
      await expect(startControlPlane()).rejects.toThrow(failure);
    } finally {
      delete process.env['KUBEBUILDER_ASSETS'];
      Object.assign(process.env, settings, { KNATIVE_LAMBDA_CACHE: cache });
    }
  });
});

describe('the API server', () => {
  test('refuses a ServiceAccount that no role is bound to', async () => {
    await makeNamespace('unbound');
    await controlPlane.admin.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'nobody', namespace: 'unbound' },
    });
    const nobody = await controlPlane.asServiceAccount('unbound', 'nobody');
    const review = await nobody.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });
    expect(review).toMatchObject({
      status: 201,
      body: { status: { userInfo: { username: 'system:serviceaccount:unbound:nobody' } } },
    });
    const attempt = nobody.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'unbound' });
    await expect(attempt).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
  });

  test('refuses an object over the quota', async () => {
    await makeNamespace('full');
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: 'full' } };
    await controlPlane.admin.create({ ...quota, spec: { hard: { 'count/secrets': '0' } } });
    // For a moment after its creation the admission plugin does not know of it.
    const reference = { ...quota, name: 'none', namespace: 'full' };
    const expected = { status: { used: { 'count/secrets': '0' } } };
    await eventually(async () => expect(await controlPlane.admin.get(reference)).toMatchObject(expected), {});
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one-more', namespace: 'full' } };
    const attempt = controlPlane.admin.apply(secret, { fieldManager });
    await expect(attempt).rejects.toThrow(/exceeded quota: none, requested: count\/secrets=1/);
  });

  test('refuses a pod below the Pod Security level of its namespace', async () => {
    await makeNamespace('restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'root', namespace: 'restricted' },
      spec: { containers: [{ name: 'root', image: 'registry.example/root:1' }] },
    };
    await eventually(
      () =>
        controlPlane.admin.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'restricted', name: 'default' }),
      { timeoutMs: 5000 },
    );
    const attempt = controlPlane.admin.apply(pod, { fieldManager });
    await expect(attempt).rejects.toThrow(/violates PodSecurity "restricted:latest"/);
  });

  test('refuses an unknown field of an object to create', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unknown-field' }, dta: {} };
    await expect(controlPlane.admin.create(object)).rejects.toThrow(/unknown field "dta"/);
  });

  test('refuses an unknown field of a built-in kind', async () => {
    const metadata = { name: 'unknown-field', namespace: 'default' };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, dta: {} };
    await expect(controlPlane.admin.apply(object, { fieldManager })).rejects.toThrow(
      /\.dta: field not declared in schema/,
    );
  });

  test('refuses an unknown field of a foreign kind', async () => {
    const queue = {
      apiVersion: 'rabbitmq.com/v1beta1',
      kind: 'Queue',
      metadata: { name: 'typo', namespace: 'default' },
      spec: { name: 'typo', durabel: true, rabbitmqClusterReference: { name: 'rabbitmq' } },
    };
    const attempt = controlPlane.admin.apply(queue, { fieldManager });
    await expect(attempt).rejects.toThrow(/durabel: field not declared in schema/);
  });
});
