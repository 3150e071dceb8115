import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { sopsPart } from '../../tools/real-parts/parts.ts';
import type { ApiClient } from './api-client.ts';
import { type FluxCluster, startFluxCluster } from './flux-cluster.ts';

const name = 'pro-04-knative-instances';
const kustomizations = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations';
const functions = '/apis/lambda.knative.io/v1alpha1/namespaces/knative-lambda/lambdafunctions';
const receiver = '/apis/serving.knative.dev/v1/namespaces/knative-lambda/services/lambda-command-receiver';
const transition = '2026-01-01T00:00:00Z';

/** Runs a program of the test to its end; answers what it printed. */
function run(program: string, programArguments: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...programArguments], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}

/** What the platform delivers in the cluster, and says to be ready. */
async function declareReady(admin: ApiClient, platform: string): Promise<void> {
  const spec = {
    interval: '1h',
    path: './',
    prune: false,
    suspend: true,
    sourceRef: { kind: 'GitRepository', name: 'platform' },
  };
  const metadata = { name: platform, namespace: 'flux-system' };
  const kustomization = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata, spec };
  await admin.apply(kustomization, { fieldManager: 'test' });
  await setStatus(admin, `${kustomizations}/${platform}`, {
    observedGeneration: 1,
    conditions: [condition('Ready', 'True', 'applied')],
  });
}

const condition = (type: string, status: string, message: string) => ({
  type,
  status,
  reason: 'Test',
  message,
  lastTransitionTime: transition,
});

async function setStatus(admin: ApiClient, path: string, status: object): Promise<void> {
  const answer = await admin.request('PATCH', `${path}/status`, { status }, 'application/merge-patch+json');
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

describe('Flux, with kinds whose status it cannot read by itself', () => {
  let flux: FluxCluster;
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-sops-'));

  const exists = async (path: string): Promise<boolean> =>
    (await flux.controlPlane.admin.request('GET', path)).status === 200;

  const setReady = (path: string): Promise<void> =>
    setStatus(flux.controlPlane.admin, path, { observedGeneration: 1, conditions: [condition('Ready', 'True', '')] });

  const until = async (pattern: RegExp): Promise<string> => {
    await flux.until(async () => pattern.test(await flux.conditionOf(name)));
    return flux.conditionOf(name);
  };

  beforeAll(async () => {
    flux = await startFluxCluster({
      cluster: 'pro',
      prepare: async (admin) => {
        await declareReady(admin, 'pro-02-observability');
        await declareReady(admin, 'pro-03-knative-deps');
      },
      edit: (repository) => {
        const file = join(repository, 'clusters/pro/delivery.yaml');
        const text = readFileSync(file, 'utf8');
        // a timeout of five minutes would only make the test wait
        writeFileSync(
          file,
          text.replaceAll('timeout: 5m', 'timeout: 10s').replaceAll('retryInterval: 30s', 'retryInterval: 2s'),
        );
      },
    });
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await flux.stop();
  });

  test('fails while a function and the receiver have no status yet', async () => {
    await flux.until(() => exists(`${functions}/hello-python`));
    const said = await until(/^False: health check failed/);
    // Unknown, not InProgress: an expression cannot ask whether there is a status at all
    expect(said).toContain("LambdaFunction/knative-lambda/hello-python status: 'Unknown'");
    expect(said).toContain("Service/knative-lambda/lambda-command-receiver status: 'Unknown'");
  });

  test('fails at once when a function is stalled', async () => {
    await setReady(receiver);
    await setReady(`${functions}/hello-nodejs`);
    await setStatus(flux.controlPlane.admin, `${functions}/hello-python`, {
      observedGeneration: 1,
      conditions: [condition('Stalled', 'True', 'the build failed')],
    });
    expect(await until(/hello-python status: 'Failed'/)).toMatch(/^False/);
  });

  test('is ready once all of them say so', async () => {
    await setReady(`${functions}/hello-python`);
    expect(await flux.settledCondition(name)).toContain('True: Applied revision: main@sha1:');
  });

  test('decrypts what SOPS encrypted, with the key that delivery.decryptionSecret names', async () => {
    const sops = locateProgram(sopsPart) ?? '';
    const key = join(folder, 'age.agekey');
    run(join(dirname(sops), 'age-keygen'), ['-o', key]);
    const recipient = /public key: (\S+)/.exec(readFileSync(key, 'utf8'))?.[1] ?? '';
    const metadata = { name: 'encrypted', namespace: 'knative-lambda' };
    const plain = stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'not-in-git' } });
    const file = join(folder, 'secret.yaml');
    writeFileSync(file, plain);
    const encrypted = run(sops, ['encrypt', '--age', recipient, '--encrypted-regex', '^stringData$', file]);
    expect(encrypted).not.toContain('not-in-git');
    const { admin } = flux.controlPlane;
    await admin.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'sops-age', namespace: 'flux-system' },
        stringData: { 'age.agekey': readFileSync(key, 'utf8') },
      },
      { fieldManager: 'test' },
    );
    await flux.patch(`${kustomizations}/${name}`, {
      spec: { decryption: { provider: 'sops', secretRef: { name: 'sops-age' } } },
    });
    writeFileSync(join(flux.source.folder, 'pro', 'encrypted.yaml'), encrypted);
    const list = join(flux.source.folder, 'pro', 'kustomization.yaml');
    writeFileSync(list, `${readFileSync(list, 'utf8')}  - encrypted.yaml\n`);
    await flux.source.publish(admin);
    await flux.until(() => exists('/api/v1/namespaces/knative-lambda/secrets/encrypted'));
    const found = await admin.get({ apiVersion: 'v1', kind: 'Secret', ...metadata });
    expect(found['data']).toEqual({ password: Buffer.from('not-in-git').toString('base64') });
  });
});
