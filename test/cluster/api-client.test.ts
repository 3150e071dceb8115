import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiError } from './api-error.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

const fieldManager = 'api-client-test';

let controlPlane: ControlPlane;

const configMap = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { key: 'value' },
});

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
});

afterAll(() => controlPlane.stop());

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
    const metadata = { name: 'warned', labels: { 'pod-security.kubernetes.io/warn': 'restricted' } };
    await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
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
    await eventually(async () => expect(await admin.list(kind)).toEqual([]));
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
