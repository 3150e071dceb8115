import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  type Environment,
  findEnvironment,
  isMutableTag,
  projectRoot,
  readEnvironments,
  readReleases,
  type Releases,
} from '../stacks/index.ts';
import { type Manifest, ofKind } from './proof/manifest.ts';
import { synthesizeClusters, synthesizeEnvironment } from './synth.ts';

const environments = readEnvironments();
const dev = findEnvironment(environments, 'dev');

const manifestsOf = (all: readonly Environment[]): readonly Manifest[] =>
  synthesizeClusters(all, all, readReleases()).flatMap(({ files }) => files.flatMap(({ manifests }) => manifests));

const manifests = manifestsOf(environments);
const policies = ofKind(manifests, 'ImagePolicy');
const releasesText = readFileSync(join(projectRoot, 'stacks', 'releases.yaml'), 'utf8');

const output = (releases: Releases, environment: Environment): string =>
  JSON.stringify(synthesizeEnvironment(environment, { releases, sealedSecrets: new Map() }).files);

describe('image automation', () => {
  test('reads the tags of the repository that the environment pulls from, with the identity of the cloud', () => {
    expect(ofKind(manifests, 'ImageRepository').map(({ spec }) => spec)).toEqual([
      {
        image: '339954290315.dkr.ecr.us-west-2.amazonaws.com/knative-lambda-builder-dev',
        interval: '1m',
        provider: 'aws',
      },
    ]);
  });

  test('reads a plain registry without an identity', () => {
    const { imageRegistry } = findEnvironment(environments, 'pro');
    const plain = manifestsOf([{ ...dev, cluster: { ...dev.cluster, owner: true }, imageRegistry }]);
    expect(ofKind(plain, 'ImageRepository').map(({ spec }) => spec)).toEqual([
      { image: 'localhost:5001/knative-lambda-operator', interval: '1m', provider: 'generic', insecure: true },
    ]);
  });

  test('edits the fields of stacks/releases.yaml that name its policy, tag and digest, and no other', () => {
    const markers = [...releasesText.matchAll(/^ {2}(\S+):|# \{"\$imagepolicy": "([^"]+)"\}$/gm)];
    const marked = markers.flatMap(([, , marker], index) => {
      const owner = markers.slice(0, index).findLast(([, environment]) => environment !== undefined)?.[1];
      return marker === undefined ? [] : [`${owner} ${marker}`];
    });
    const followed = environments.filter(({ delivery }) => delivery.imageAutomation !== undefined);
    expect(marked).toEqual(
      followed.flatMap(({ name, delivery: { kustomization } }) =>
        ['tag', 'digest'].map((field) => `${name} flux-system:${kustomization}:${field}`),
      ),
    );
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(
      followed.map(({ delivery }) => delivery.kustomization),
    );
  });

  test('leaves no marked digest null, whose YAML type Flux would keep', () => {
    const digests = releasesText.split('\n').filter((line) => line.includes(':digest"'));
    expect(digests).not.toEqual([]);
    expect(digests.filter((line) => /digest: (null|~)? *#/.test(line))).toEqual([]);
  });

  test('reaches dev, and dev only, with the next synth', () => {
    const digest = `sha256:${'5'.repeat(64)}`;
    const releases = readReleases();
    const updated = {
      ...releases,
      operator: { ...releases.operator, dev: { tag: 'dev-0a1b2c3-42', digest, commit: null } },
    };
    const changed = environments.filter((one) => output(updated, one) !== output(releases, one));
    expect(changed.map(({ name }) => name)).toEqual(['dev']);
    expect(output(updated, dev)).toContain(`/knative-lambda-builder-dev:dev-0a1b2c3-42@${digest}"`);
    expect(output(updated, dev)).not.toContain('dev-latest');
  });

  test('follows tags of single commits only, which nobody moves', () => {
    const pattern = new RegExp(dev.delivery.imageAutomation?.tags.replace('?P<', '?<') ?? '');
    const tags = ['dev-latest', 'dev-0a1b2c3-42', 'v0.1.0', 'dev-0a1b2c3-42-rc'];
    const followed = tags.filter((tag) => pattern.test(tag));
    expect(followed).toEqual(['dev-0a1b2c3-42']);
    expect(followed.filter(isMutableTag)).toEqual([]);
  });

  test('pushes to a branch that no source of Flux reads, and edits stacks/ only', () => {
    const automations = ofKind(manifests, 'ImageUpdateAutomation').map(({ spec }) => spec);
    expect(automations).toMatchObject([
      {
        sourceRef: { kind: 'GitRepository', name: 'knative-lambda' },
        policySelector: { matchLabels: { environment: 'dev' } },
        git: { checkout: { ref: { branch: 'main' } }, push: { branch: 'image-updates' } },
        update: { path: './stacks', strategy: 'Setters' },
      },
    ]);
    const read = ofKind(manifests, 'GitRepository').map(({ spec }) => JSON.stringify(spec));
    expect(read.filter((spec) => spec.includes('"image-updates"'))).toEqual([]);
  });
});
