import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readManifests } from './committed-manifests.ts';
import { brokenImage, type FluxCluster, startFluxCluster } from './flux-cluster.ts';

const tiers = ['dev', 'staging', 'prd'] as const;

const kustomizations = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations';
const repository = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/homelab';

const operatorOf = (tier: string): string =>
  `/apis/apps/v1/namespaces/knative-lambda-${tier}/deployments/knative-lambda-operator`;

const operatorSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.int(),
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })) }) }),
  }),
});

const repositorySchema = z.looseObject({
  spec: z.looseObject({ ref: z.looseObject({ branch: z.string() }) }),
});

const eventsSchema = z.looseObject({
  items: z.array(
    z.looseObject({ message: z.string(), type: z.string(), involvedObject: z.looseObject({ name: z.string() }) }),
  ),
});

/** For people: how long it takes beyond the interval depends on the machine. */
function report(what: string, startedAt: number): void {
  process.stdout.write(`flux: ${what} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** The annotation that makes Flux leave an object alone, or takes it away. */
const mark = (value: string | null) => ({
  metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': value } },
});

describe('Flux, its own kustomize-controller', () => {
  let flux: FluxCluster;

  const operator = async (tier: string) =>
    operatorSchema.parse((await flux.controlPlane.admin.request('GET', operatorOf(tier))).body).spec;

  const imageOf = async (tier: string): Promise<string> =>
    (await operator(tier)).template.spec.containers[0]?.image ?? '';

  const branch = async (): Promise<string> =>
    repositorySchema.parse((await flux.controlPlane.admin.request('GET', repository)).body).spec.ref.branch;

  /** Commits other text for a file of the repository. */
  async function commit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(flux.source.folder, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    await flux.source.publish(flux.controlPlane.admin);
  }

  beforeAll(async () => {
    flux = await startFluxCluster({ cluster: 'tiers' });
  });

  afterAll(async () => flux.stop());

  test.each(['knative-lambda-cluster', ...tiers.map((tier) => `knative-lambda-${tier}`)])(
    'applies %s and finds it healthy',
    async (name) => {
      expect(await flux.settledCondition(name)).toContain('True: Applied revision: main@sha1:');
    },
  );

  test.each(tiers)('leaves every object of %s in the cluster', async (tier) => {
    const wanted = readManifests(tier).map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      namespace: metadata.namespace,
    }));
    const found = await Promise.all(wanted.map((one) => flux.controlPlane.admin.get(one)));
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
      wanted.map(({ kind, name }) => `${kind} ${name}`),
    );
  });

  test('mends a change by hand', async () => {
    const startedAt = performance.now();
    await flux.patch(operatorOf('prd'), { spec: { replicas: 7 } });
    expect((await operator('prd')).replicas).toBe(7);
    await flux.until(async () => (await operator('prd')).replicas === 3);
    report('a change by hand is mended', startedAt);
  });

  test('takes a commit back that is reverted', async () => {
    const good = await imageOf('dev');
    const path = 'dev/operator.yaml';
    const before = readFileSync(join(flux.source.folder, path), 'utf8');
    await commit(path, (text) => text.replaceAll(good, 'registry.test/operator:v9.9.9'));
    await flux.until(async () => (await imageOf('dev')) === 'registry.test/operator:v9.9.9');
    const startedAt = performance.now();
    await commit(path, () => before);
    await flux.until(async () => (await imageOf('dev')) === good);
    await flux.until(async () => (await flux.conditionOf('knative-lambda-dev')).startsWith('True: Applied revision'));
    report('a revert is applied and healthy', startedAt);
    expect(await imageOf('dev')).toBe(good);
  });

  test('says which object is not healthy, in the status of the environment and in an event', async () => {
    const good = await imageOf('staging');
    await commit('staging/operator.yaml', (text) => text.replaceAll(good, brokenImage));
    const startedAt = performance.now();
    const what = "Deployment/knative-lambda-staging/knative-lambda-operator status: 'Failed'";
    await flux.until(async () => (await flux.conditionOf('knative-lambda-staging')).includes(what));
    report('a failed health check is reported', startedAt);
    expect(await flux.conditionOf('knative-lambda-staging')).toMatch(/^False: health check failed/);
    const { body } = await flux.controlPlane.admin.request('GET', '/api/v1/namespaces/flux-system/events');
    const warnings = eventsSchema.parse(body).items.filter(({ type }) => type === 'Warning');
    expect(warnings.map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`)).toContainEqual(
      expect.stringContaining(what),
    );
    await commit('staging/operator.yaml', (text) => text.replaceAll(brokenImage, good));
    expect(await flux.settledCondition('knative-lambda-staging')).toContain('True: Applied revision');
  });

  test('keeps the other environments going while one is not healthy', async () => {
    const good = await imageOf('staging');
    await commit('staging/operator.yaml', (text) => text.replaceAll(good, brokenImage));
    await flux.until(async () => (await flux.conditionOf('knative-lambda-staging')).startsWith('False'));
    await commit('dev/operator.yaml', (text) => text.replaceAll('replicas: 1', 'replicas: 2'));
    await flux.until(async () => (await operator('dev')).replicas === 2);
    expect(await flux.conditionOf('knative-lambda-staging')).not.toMatch(/^True/);
    await commit('staging/operator.yaml', (text) => text.replaceAll(brokenImage, good));
    expect(await flux.settledCondition('knative-lambda-staging')).toContain('True: Applied revision');
  });

  test('leaves a suspended environment alone through deliveries, and undoes what was changed once it is resumed', async () => {
    const path = `${kustomizations}/knative-lambda-prd`;
    await flux.patch(path, { spec: { suspend: true } });
    await flux.patch(operatorOf('prd'), { spec: { replicas: 5 } });
    await commit('dev/operator.yaml', (text) => text.replaceAll('replicas: 2', 'replicas: 1'));
    await flux.until(async () => (await operator('dev')).replicas === 1);
    expect((await operator('prd')).replicas).toBe(5);
    // flux resume
    await flux.patch(path, { spec: { suspend: null } });
    await flux.until(async () => (await operator('prd')).replicas === 3);
    expect(await flux.settledCondition('knative-lambda-prd')).toContain('True: Applied revision');
  });

  test('follows a branch that was set by hand while the source is marked, and sets it back afterwards', async () => {
    await flux.patch(repository, mark('disabled'));
    await flux.patch(repository, { spec: { ref: { branch: 'my-branch' } } });
    await commit('prd/operator.yaml', (text) => text.replaceAll('replicas: 3', 'replicas: 4'));
    await flux.until(async () => (await operator('prd')).replicas === 4);
    expect(await flux.settledCondition('knative-lambda-cluster')).toContain('True: Applied revision');
    expect(await branch()).toBe('my-branch');
    await flux.patch(repository, mark(null));
    await commit('prd/operator.yaml', (text) => text.replaceAll('replicas: 4', 'replicas: 3'));
    await flux.until(async () => (await branch()) === 'main');
    await flux.until(async () => (await operator('prd')).replicas === 3);
  });

  test('removes what a commit removes, and keeps the namespaces', async () => {
    const { admin } = flux.controlPlane;
    rmSync(join(flux.source.folder, 'staging', 'receiver.yaml'));
    rmSync(join(flux.source.folder, 'staging', 'namespace.yaml'));
    await commit('staging/kustomization.yaml', (text) => text.replace(/^ *- (receiver|namespace)\.yaml\n/gm, ''));
    const receiver = '/apis/apps/v1/namespaces/knative-lambda-staging/deployments/knative-lambda-builder';
    await flux.until(async () => (await admin.request('GET', receiver)).status === 404);
    const namespace = await admin.request('GET', '/api/v1/namespaces/knative-lambda-staging');
    expect(namespace).toMatchObject({
      status: 200,
      body: expect.not.objectContaining({ deletionTimestamp: expect.anything() }),
    });
  });
});
