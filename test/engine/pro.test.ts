import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readManifests } from '../cluster/committed-manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import type { AwsClient } from './aws-client.ts';
import { listOf } from './aws-kind.ts';
import { type Engine, startEngine } from './engine.ts';
import { type Moto, startMoto } from './moto.ts';

const source = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  name: 'homelab',
  namespace: 'flux-system',
};

const withoutCloud = { AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' };

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
  await makePlatformNamespaces(controlPlane.admin);
});

afterAll(async () => controlPlane.stop());

describe('a stack without a cloud, delivered by Flux', () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = startEngine({ KUBECONFIG: controlPlane.kubeconfig, ...withoutCloud });
    await engine.run('stack', 'init', 'pro');
  });

  afterAll(() => engine.dispose());

  test('previews what it would create, and creates nothing', async () => {
    const { exitCode, output } = await engine.run('preview', '--stack', 'pro');
    expect(output).toContain('Kustomization.kustomize.toolkit.fluxcd.io/flux-system/pro-04-knative-instances');
    expect(exitCode).toBe(0);
    await expect(controlPlane.admin.get(source)).rejects.toThrow('not found');
  });

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
  });

  test('changes nothing when nothing changed', async () => {
    const { exitCode } = await engine.run('up', '--stack', 'pro', '--yes', '--skip-preview', '--expect-no-changes');
    expect(exitCode).toBe(0);
  });

  test('finds what somebody changed by hand, and mends it', async () => {
    const path = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/homelab';
    const drift = { spec: { interval: '1h' } };
    await controlPlane.admin.request('PATCH', path, drift, 'application/merge-patch+json');
    const seen = await engine.run('preview', '--stack', 'pro', '--refresh', '--diff');
    expect(seen.output).toMatch(/interval\s*: "5m" => "1h"/);
    expect(seen.output).toContain('~ 1 to update');
    await engine.run('up', '--stack', 'pro', '--yes', '--skip-preview', '--refresh');
    expect(await controlPlane.admin.get(source)).toMatchObject({ spec: { interval: '5m' } });
  });

  test('removes its objects when it is destroyed', async () => {
    const { exitCode } = await engine.run('destroy', '--stack', 'pro', '--yes', '--skip-preview');
    expect(exitCode).toBe(0);
    await expect(controlPlane.admin.get(source)).rejects.toThrow('not found');
  });

  test('fails in one line for a stack that is no environment', async () => {
    await engine.run('stack', 'init', 'nowhere');
    const { exitCode, output } = await engine.run('preview', '--stack', 'nowhere');
    expect(exitCode).not.toBe(0);
    expect(output).toContain(
      'environment: got "nowhere", allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node',
    );
    expect(output).not.toMatch(/^\s+at /m);
  });

  test('fails before it touches anything when a setting is wrong', async () => {
    appendFileSync(join(engine.project, 'stacks', 'pro.ts'), "\nObject.assign(pro, { logLevel: 'loud' });\n");
    const { exitCode, output } = await engine.run('preview', '--stack', 'pro');
    expect(exitCode).not.toBe(0);
    expect(output).toContain('pro.logLevel: got "loud"');
  });
});

const controllers = `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: source-controller, namespace: flux-system }
spec:
  selector: { matchLabels: { app: source-controller } }
  template:
    metadata: { labels: { app: source-controller } }
    spec: { containers: [{ name: manager, image: ghcr.io/fluxcd/source-controller }] }
`;
const controller = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'source-controller', namespace: 'flux-system' };

describe('a stack that a team shares, and that installs Flux', () => {
  const name = 'pro-1-node';
  let moto: Moto;
  let aws: AwsClient;
  let engine: Engine;
  let release: Server;

  const keys = async (Prefix: string): Promise<readonly string[]> => {
    const { Contents } = await aws.call('s3', 'list_objects_v2', { Bucket: 'pulumi-state', Prefix });
    return listOf(Contents).map(({ Key }) => String(Key));
  };

  const run = (verb: string, ...words: readonly string[]) => engine.run(verb, '--stack', name, '--yes', ...words);

  beforeAll(async () => {
    moto = await startMoto();
    const variables = await moto.logIn('339954290315');
    aws = moto.connect(variables);
    const CreateBucketConfiguration = { LocationConstraint: 'us-west-2' };
    await aws.call('s3', 'create_bucket', { Bucket: 'pulumi-state', CreateBucketConfiguration });
    release = createServer((_, answer) => answer.end(controllers));
    await new Promise<void>((resolve) => {
      release.listen(0, '127.0.0.1', resolve);
    });
    const { host } = new URL(variables['AWS_ENDPOINT_URL'] ?? '');
    const backend = `s3://pulumi-state?region=us-west-2&endpoint=${host}&disableSSL=true&s3ForcePathStyle=true`;
    engine = startEngine({ KUBECONFIG: controlPlane.kubeconfig, ...variables, PULUMI_BACKEND_URL: backend });
    const at = release.address();
    const flux = {
      kind: 'release',
      manifest: `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}/install.yaml`,
      sha256: createHash('sha256').update(controllers).digest('hex'),
    };
    const file = join(engine.project, 'stacks', 'pro-1-node.ts');
    appendFileSync(file, `\nObject.assign(pro1Node.delivery, { flux: ${JSON.stringify(flux)} });\n`);
    await engine.run('stack', 'init', name);
  });

  afterAll(async () => {
    engine.dispose();
    release.close();
    aws.close();
    await moto.stop();
  });

  test('previews, keeps its state in a bucket, and a lock beside it for the time of an update', async () => {
    expect((await engine.run('preview', '--stack', name)).exitCode).toBe(0);
    const update = engine.start('up', '--stack', name, '--yes', '--skip-preview');
    await eventually(async () => (await keys('.pulumi/locks/')).length > 0);
    expect((await update.result).exitCode).toBe(0);
    expect(await keys('.pulumi/locks/')).toEqual([]);
    expect(await keys('.pulumi/stacks/')).toContain(`.pulumi/stacks/knative-lambda/${name}.json`);
    await expect(controlPlane.admin.get(source)).resolves.toBeDefined();
    await expect(controlPlane.admin.get(controller)).resolves.toBeDefined();
  });

  test('changes nothing when nothing changed, and finds what somebody removed', async () => {
    expect((await run('up', '--skip-preview', '--expect-no-changes')).exitCode).toBe(0);
    await controlPlane.admin.remove(source);
    expect((await run('refresh', '--skip-preview')).output).toContain('- 1 deleted');
  });

  test('fails where the file of the release is another one', async () => {
    release.removeAllListeners('request').on('request', (_, answer) => answer.end(`${controllers}# moved\n`));
    const { exitCode, output } = await engine.run('preview', '--stack', name);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('delivery.flux.sha256: got ');
  });

  test('is destroyed', async () => {
    expect((await run('destroy', '--skip-preview')).exitCode).toBe(0);
    await expect(controlPlane.admin.get(controller)).rejects.toThrow('not found');
  });
});
