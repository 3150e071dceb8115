import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readManifests } from '../cluster/committed-manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import { type Engine, startEngine } from './engine.ts';

const source = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  name: 'homelab',
  namespace: 'flux-system',
};

describe('a stack without a cloud, delivered by Flux', () => {
  let controlPlane: ControlPlane;
  let engine: Engine;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    await makePlatformNamespaces(controlPlane.admin);
    engine = startEngine({ KUBECONFIG: controlPlane.kubeconfig, AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' });
    await engine.run('stack', 'init', 'pro');
  }, 120_000);

  afterAll(async () => {
    engine.dispose();
    await controlPlane.stop();
  });

  test('previews what it would create, and creates nothing', async () => {
    const { exitCode, output } = await engine.run('preview', '--stack', 'pro');
    expect(output).toContain('Kustomization.kustomize.toolkit.fluxcd.io/flux-system/pro-04-knative-instances');
    expect(exitCode).toBe(0);
    await expect(controlPlane.admin.get(source)).rejects.toThrow('not found');
  }, 60_000);

  test('creates what makes Flux deliver its cluster, and nothing else', async () => {
    const { exitCode, output } = await engine.run('up', '--stack', 'pro', '--yes', '--skip-preview');
    expect(output).toContain('created');
    expect(exitCode).toBe(0);
    for (const { apiVersion, kind, metadata } of readManifests('clusters/pro')) {
      const path = { apiVersion, kind, ...metadata };
      const found = await controlPlane.admin.get(path).catch(() => undefined);
      expect([kind, metadata.name, found !== undefined]).toEqual([
        kind,
        metadata.name,
        apiVersion.includes('fluxcd.io'),
      ]);
    }
  }, 60_000);

  test('changes nothing when nothing changed', async () => {
    const { exitCode } = await engine.run('up', '--stack', 'pro', '--yes', '--skip-preview', '--expect-no-changes');
    expect(exitCode).toBe(0);
  }, 60_000);

  test('finds what somebody changed by hand, and mends it', async () => {
    const path = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/homelab';
    const drift = { spec: { interval: '1h' } };
    await controlPlane.admin.request('PATCH', path, drift, 'application/merge-patch+json');
    const seen = await engine.run('preview', '--stack', 'pro', '--refresh', '--diff');
    expect(seen.output).toMatch(/interval\s*: "5m" => "1h"/);
    expect(seen.output).toContain('~ 1 to update');
    await engine.run('up', '--stack', 'pro', '--yes', '--skip-preview', '--refresh');
    expect(await controlPlane.admin.get(source)).toMatchObject({ spec: { interval: '5m' } });
  }, 60_000);

  test('removes its objects when it is destroyed', async () => {
    const { exitCode } = await engine.run('destroy', '--stack', 'pro', '--yes', '--skip-preview');
    expect(exitCode).toBe(0);
    await expect(controlPlane.admin.get(source)).rejects.toThrow('not found');
  }, 60_000);

  test('fails in one line for a stack that is no environment', async () => {
    await engine.run('stack', 'init', 'nowhere');
    const { exitCode, output } = await engine.run('preview', '--stack', 'nowhere');
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      'environment: got "nowhere", allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node',
    );
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  test('fails before it touches anything when a setting is wrong', async () => {
    appendFileSync(join(engine.project, 'stacks', 'pro.ts'), "\nObject.assign(pro, { logLevel: 'loud' });\n");
    const { exitCode, output } = await engine.run('preview', '--stack', 'pro');
    expect(exitCode).not.toBe(0);
    expect(output).toContain('pro.logLevel: got "loud"');
  }, 60_000);
});
