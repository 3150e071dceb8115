import { describe, expect, test } from '@jest/globals';
import { type Environment, findEnvironment, readEnvironments } from '../stacks/index.ts';
import { proveCluster } from './proof/index.ts';
import { type Manifest, parseManifest } from './proof/manifest.ts';
import { synthesizeClusters, synthesizeShared } from './synth.ts';

const environments = readEnvironments();
const shared = synthesizeShared();
const clusters = synthesizeClusters(environments, environments);

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
        spec: { interval: '1m', prune: true, wait: true, dependsOn: [{ name: 'knative-lambda-cluster' }] },
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

  test('is left to somebody else where it is direct', () => {
    const pro = findEnvironment(environments, 'pro');
    const direct: Environment = { ...pro, delivery: { ...pro.delivery, mode: 'direct' } };
    const files = synthesizeClusters([direct], [direct]).flatMap((cluster) => cluster.files);
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
