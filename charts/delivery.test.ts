import { describe, expect, test } from '@jest/globals';
import { type Environment, findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { proveCluster } from './proof/index.ts';
import { type Manifest, parseManifest } from './proof/manifest.ts';
import { synthesizeClusters, synthesizeShared } from './synth.ts';

const environments = readEnvironments();
const releases = readReleases();
const shared = synthesizeShared();
const clusters = synthesizeClusters(environments, environments, releases);

const objectsOf = (cluster: string): readonly Manifest[] =>
  clusters
    .filter(({ owner }) => owner.cluster.name === cluster)
    .flatMap(({ files }) => files.flatMap((file) => file.manifests));

const named = (objects: readonly Manifest[], name: string) => objects.find(({ metadata }) => metadata.name === name);

describe('the delivery of a cluster', () => {
  test('is proven for every cluster', () => {
    expect(clusters.map(({ owner }) => owner.cluster.name)).toEqual([
      'tiers',
      'pro',
      'pro-1-node',
      'studio',
      'studio-1-node',
    ]);
    expect(clusters.flatMap((cluster) => proveCluster(cluster, shared))).toEqual([]);
  });

  test('applies each environment of the cluster after what belongs to the cluster, and mends it within a minute', () => {
    for (const name of ['knative-lambda-dev', 'knative-lambda-staging', 'knative-lambda-prd']) {
      expect(named(objectsOf('tiers'), name)).toMatchObject({
        spec: { interval: '50s', prune: true, wait: true, dependsOn: [{ name: 'knative-lambda-cluster' }] },
      });
    }
  });

  test('waits for the parts of the platform that bring the kinds it uses', () => {
    expect(named(objectsOf('studio'), 'studio-04-knative-instances')).toMatchObject({
      spec: {
        dependsOn: [
          { name: 'knative-lambda-cluster' },
          { name: 'studio-02-observability' },
          { name: 'studio-03-knative-deps' },
        ],
      },
    });
  });

  test('never prunes custom resources, and waits for them but not for the environments that wait for it', () => {
    expect(named(objectsOf('tiers'), 'knative-lambda-cluster')).toMatchObject({
      spec: {
        prune: false,
        wait: false,
        healthChecks: [{ name: 'lambdafunctions.lambda.knative.io' }, { name: 'lambdaagents.lambda.knative.io' }],
      },
    });
  });

  test('names the folder that a synth writes into the repository', () => {
    expect(named(objectsOf('pro'), 'pro-04-knative-instances')).toMatchObject({
      spec: { path: './flux/clusters/homelab/infrastructure/knative-lambda/pro' },
    });
  });

  test('reads artifacts where the address is that of an OCI repository, and logs in to ECR with the identity of the cloud', () => {
    const pro = findEnvironment(environments, 'pro');
    const { webhookSecret: _, credentialsSecret: __, ...delivery } = pro.delivery;
    const source = (repository: string) => {
      const [cluster] = synthesizeClusters([{ ...pro, delivery: { ...delivery, repository } }], [], releases);
      return cluster?.files.find(({ name }) => name === 'delivery')?.manifests ?? [];
    };
    const ecr = 'oci://339954290315.dkr.ecr.us-west-2.amazonaws.com/manifests';
    expect(source(ecr)[0]).toMatchObject({
      kind: 'OCIRepository',
      metadata: { name: 'homelab' },
      spec: { url: ecr, ref: { tag: 'main' }, provider: 'aws' },
    });
    expect(source('oci://ghcr.io/one/manifests')[0]).toMatchObject({ spec: { provider: 'generic' } });
    expect(named(source(ecr), 'knative-lambda-cluster')).toMatchObject({
      spec: { sourceRef: { kind: 'OCIRepository', name: 'homelab' } },
    });
  });

  test('decrypts where a key for it is named', () => {
    const pro = findEnvironment(environments, 'pro');
    const secret = { ...pro, delivery: { ...pro.delivery, decryptionSecret: 'sops-age' } };
    const [cluster] = synthesizeClusters([secret], [secret], releases);
    const objects = cluster?.files.find(({ name }) => name === 'delivery')?.manifests ?? [];
    expect(named(objects, 'pro-04-knative-instances')).toMatchObject({
      spec: { decryption: { provider: 'sops', secretRef: { name: 'sops-age' } } },
    });
    expect(cluster === undefined ? [] : proveCluster(cluster, shared)).toEqual([]);
  });

  test('is left to somebody else where it is direct', () => {
    const pro = findEnvironment(environments, 'pro');
    const direct: Environment = { ...pro, delivery: { ...pro.delivery, mode: 'direct' } };
    const files = synthesizeClusters([direct], [direct], releases).flatMap((cluster) => cluster.files);
    expect(files.map(({ name }) => name)).not.toContain('delivery');
  });

  test.each([
    ['a source that nobody creates', 'GitRepository', undefined, /refers to GitRepository flux-system\/homelab/],
    [
      'a removed API version',
      'GitRepository',
      'source.toolkit.fluxcd.io/v1beta2',
      /superseded, use source\.toolkit\.fluxcd\.io\/v1/,
    ],
    [
      'a provider that nobody creates',
      'Provider',
      undefined,
      /refers to Provider flux-system\/knative-lambda-deployments/,
    ],
    [
      'an image repository that nobody creates',
      'ImageRepository',
      undefined,
      /refers to ImageRepository flux-system\/knative/,
    ],
    [
      'a removed beta of alerts',
      'Alert',
      'notification.toolkit.fluxcd.io/v1beta2',
      /gone since Flux 2\.9, use v1beta3/,
    ],
    [
      'a removed beta of image policies',
      'ImagePolicy',
      'image.toolkit.fluxcd.io/v1beta2',
      /gone since Flux 2\.9, use image/,
    ],
  ])('fails on %s', (...[, kind, apiVersion, fault]) => {
    const [tiers] = clusters;
    const files = (tiers?.files ?? []).map((file) => ({
      ...file,
      manifests: file.manifests.flatMap((manifest) =>
        manifest.kind !== kind
          ? [manifest]
          : apiVersion === undefined
            ? []
            : [parseManifest({ ...manifest, apiVersion })],
      ),
    }));
    const faults = tiers === undefined ? [] : proveCluster({ ...tiers, files }, shared);
    expect(faults).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });
});

test('the part of a cluster waits for what brings the kinds in it', () => {
  const [cluster] = synthesizeClusters([findEnvironment(environments, 'studio')], environments, releases);
  const objects = cluster?.files.flatMap(({ manifests }) => manifests) ?? [];
  expect(named(objects, 'knative-lambda-cluster')).toMatchObject({
    spec: { dependsOn: [{ name: 'studio-02-observability' }, { name: 'studio-03-knative-deps' }] },
  });
});
