import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cacheRoot } from '../../tools/real-parts/cache.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { ApiError } from './api-error.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

const startLimitMs = 15_000;
const timeoutMs = 40_000;
const fieldManager = 'harness-test';
const settings = { ...process.env };
const cache = mkdtempSync(join(tmpdir(), 'knative-lambda-harness-'));

/** Control plane with the foreign CRDs, started from nothing: the cache has the parts but no database. */
let controlPlane: ControlPlane;
let coldStartMs = Infinity;

const programsOf = (folder: string): readonly string[] =>
  execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder));

const configMap = (name: string, namespace = 'default'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { key: 'value' },
});

async function makeNamespace(name: string, labels: Record<string, string> = {}): Promise<void> {
  await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

beforeAll(async () => {
  symlinkSync(join(cacheRoot(process.env), 'parts'), join(cache, 'parts'));
  process.env['KNATIVE_LAMBDA_CACHE'] = cache;
  const crds = readForeignCrds();
  const startedAt = performance.now();
  controlPlane = await startControlPlane({ crds });
  coldStartMs = performance.now() - startedAt;
}, 60_000);

afterAll(async () => {
  await controlPlane.stop();
  rmSync(cache, { recursive: true, force: true });
});

describe('a control plane', () => {
  test('starts within 15 s when its database has to be made', () => {
    expect(coldStartMs).toBeLessThan(startLimitMs);
  });

  test(
    'starts from the prepared database beside another one, with every foreign kind served',
    async () => {
      const crds = readForeignCrds();
      const startedAt = performance.now();
      const second = await startControlPlane({ crds });
      try {
        expect(performance.now() - startedAt).toBeLessThan(Math.min(startLimitMs, coldStartMs));
        expect(readdirSync(join(cache, 'databases'))).toHaveLength(1);
        const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
        await expect(second.admin.list(definitions)).resolves.toHaveLength(crds.length);
      } finally {
        await second.stop();
      }
    },
    timeoutMs,
  );

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
    await eventually(async () => expect(await controlPlane.admin.list(kind)).toHaveLength(1), { timeoutMs: 10_000 });
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
  }, 20_000);

  test.each([
    { ending: 'is killed', signal: 'SIGKILL', arguments: [] },
    { ending: 'is interrupted', signal: 'SIGINT', arguments: [] },
    { ending: 'throws', signal: undefined, arguments: ['--throw'] },
  ] as const)(
    'leaves no program and no data behind when its owner $ending',
    async ({ signal, arguments: ownerArguments }) => {
      const path = join(import.meta.dirname, 'control-plane-owner.ts');
      const owner = spawn(process.execPath, ['--import', 'tsx', path, ...ownerArguments], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const folder = await new Promise<string>((resolve) => {
        createInterface({ input: owner.stdout }).once('line', (line) => resolve(dirname(line)));
      });
      if (signal !== undefined) {
        expect(programsOf(folder).length).toBeGreaterThanOrEqual(3);
        owner.kill(signal);
      }
      await eventually(() => programsOf(folder).length === 0 && !existsSync(folder), { timeoutMs: 5000 });
    },
    20_000,
  );

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
    await controlPlane.admin.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'full' },
      spec: { hard: { 'count/secrets': '0' } },
    });
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

  test('refuses an unknown field of a built-in kind', async () => {
    const object = { ...configMap('unknown-field'), dta: {} };
    await expect(controlPlane.admin.apply(object, { fieldManager })).rejects.toThrow(
      /\.dta: field not declared in schema/,
    );
  });

  test('refuses an unknown field of a foreign kind', async () => {
    const trigger = {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { name: 'typo', namespace: 'default' },
      spec: { broker: 'default', subscribr: {} },
    };
    await expect(controlPlane.admin.apply(trigger, { fieldManager })).rejects.toThrow(
      /unknown field "spec\.subscribr"|subscribr: field not declared/,
    );
  });
});

describe('the client', () => {
  test('applies, reads, lists and removes an object', async () => {
    const { admin } = controlPlane;
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'round-trip' };
    const applied = await admin.apply(configMap('round-trip'), { fieldManager });
    expect(applied).toMatchObject({ status: 201, warnings: [], body: { data: { key: 'value' } } });
    await expect(admin.get(reference)).resolves.toMatchObject({ metadata: { uid: applied.body.metadata.uid } });
    const listed = await admin.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' });
    expect(listed.map((object) => object.metadata.name)).toContain('round-trip');
    await admin.remove(reference);
    await expect(admin.get(reference)).rejects.toBeInstanceOf(ApiError);
  });

  test('keeps nothing of a dry run', async () => {
    const { admin } = controlPlane;
    await admin.apply(configMap('dry'), { fieldManager, dryRun: true });
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'dry' };
    await expect(admin.get(reference)).rejects.toMatchObject({ status: 404, reason: 'NotFound' });
  });

  test('refuses to take over a field of another manager unless it is told to', async () => {
    const { admin } = controlPlane;
    await admin.apply(configMap('shared'), { fieldManager });
    const changed = { ...configMap('shared'), data: { key: 'other' } };
    const attempt = admin.apply(changed, { fieldManager: 'rival' });
    await expect(attempt).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
    const taken = await admin.apply(changed, { fieldManager: 'rival', force: true });
    expect(taken.body['data']).toEqual({ key: 'other' });
  });

  test('passes on the warnings of the server', async () => {
    await makeNamespace('warned', { 'pod-security.kubernetes.io/warn': 'restricted' });
    const labels = { app: 'warned' };
    const container = { name: 'main', image: 'registry.example/main:1' };
    const { warnings } = await controlPlane.admin.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'warned', namespace: 'warned' },
        spec: {
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      },
      { fieldManager, dryRun: true },
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^would violate PodSecurity "restricted:latest": .*container "main"/),
    ]);
  });

  test('finds a kind that is served only since a moment', async () => {
    const { admin } = controlPlane;
    const kind = { apiVersion: 'harness.example/v1', kind: 'Latecomer' };
    await expect(admin.list(kind)).rejects.toThrow('the server serves no kind Latecomer in harness.example/v1');
    await admin.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'latecomers.harness.example' },
      spec: {
        group: 'harness.example',
        scope: 'Namespaced',
        names: { kind: 'Latecomer', plural: 'latecomers' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    await eventually(async () => expect(await admin.list(kind)).toEqual([]), { timeoutMs: 10_000 });
  });

  test('asks the authorizer what a user may do', async () => {
    const question = { verb: 'delete', group: 'serving.knative.dev', resource: 'services', namespace: 'default' };
    const { admin } = controlPlane;
    await expect(admin.accessReview({ ...question, groups: ['system:masters'], user: 'root' })).resolves.toBe(true);
    await expect(admin.accessReview({ ...question, user: 'system:serviceaccount:default:default' })).resolves.toBe(
      false,
    );
  });

  test('refuses what the impersonated user may not do', async () => {
    const attempt = controlPlane.admin.impersonating('jane').list({ apiVersion: 'v1', kind: 'Secret' });
    await expect(attempt).rejects.toThrow('User "jane" cannot list resource "secrets"');
  });
});
