import { beforeAll, describe, expect, test } from '@jest/globals';
import { synthesizeEnvironment } from '../charts/index.ts';
import { parseEnvironments, readEnvironments, readReleases } from '../stacks/index.ts';
import { type CloudResource, recordCloud } from './cloud-graph.ts';
import { type CloudEnvironment, isInCloud } from './names.ts';
import { isTaggable } from './tags.ts';

const environments = readEnvironments().filter(isInCloud);
const recorded = new Map<string, readonly CloudResource[]>();

beforeAll(async () => {
  for (const environment of environments) {
    recorded.set(environment.name, await recordCloud(environment));
  }
});

const of = ({ name }: CloudEnvironment, type: string): readonly CloudResource[] =>
  (recorded.get(name) ?? []).filter((resource) => resource.type === type);

const property = (resources: readonly CloudResource[], name: string): readonly unknown[] =>
  resources.map(({ properties }) => properties[name]);

/** Roles that the charts put on service accounts. */
function annotatedRoles(environment: CloudEnvironment): readonly string[] {
  const { files } = synthesizeEnvironment(environment, { releases: readReleases(), sealedSecrets: new Map() });
  const annotations = files.flatMap(({ manifests }) =>
    manifests.flatMap(({ metadata }) => metadata.annotations?.['eks.amazonaws.com/role-arn'] ?? []),
  );
  return [...new Set(annotations)].toSorted();
}

test('environments without a cloud register nothing of AWS', () => {
  const others = readEnvironments().filter((environment) => !isInCloud(environment));
  expect(others.map(({ name }) => name)).toEqual(['pro', 'pro-1-node']);
});

test('an environment on a plain registry and MinIO moves to ECR and S3 by a change of its settings', async () => {
  const roles = { operator: 'o-pro', receiver: 'r-pro', uploads: 'u-pro', builder: 'b-pro', secrets: 's-pro' };
  const cloud = { account: '339954290315', region: 'us-west-2', oidcIssuer: 'https://oidc.pro.homelab', roles };
  const imageRegistry = {
    kind: 'ecr',
    operatorRepository: 'knative-lambda-builder-pro',
    functionsRepository: 'knative-lambdas-pro',
    untaggedDays: 7,
  };
  const secrets = { backend: 'external', prefix: 'knative-lambda/pro' };
  const codeStore = { kind: 's3', bucket: 'knative-lambda-code-pro', prefix: '' };
  const changed = readEnvironments().map((environment) =>
    environment.name === 'pro' ? { ...environment, cloud, imageRegistry, codeStore, secrets } : environment,
  );
  const [pro] = parseEnvironments(changed)
    .filter(isInCloud)
    .filter(({ name }) => name === 'pro');
  const resources = pro === undefined ? [] : await recordCloud(pro);
  const namesOf = (type: string, key: string) =>
    resources.filter((resource) => resource.type === type).map(({ properties }) => properties[key]);
  expect(namesOf('aws:s3/bucket:Bucket', 'bucket')).toEqual([
    'knative-lambda-code-pro',
    'knative-lambda-code-pro-logs',
  ]);
  expect(namesOf('aws:ecr/repository:Repository', 'name')).toHaveLength(3);
  expect(namesOf('aws:iam/role:Role', 'name')).toEqual(['b-pro', 'o-pro', 'r-pro', 's-pro', 'u-pro']);
});

describe.each(environments.map((environment) => [environment.name, environment] as const))(
  '%s',
  (name, environment) => {
    test('creates the repositories that the charts pull from and push to, immutable but for the cache', () => {
      const repositories = of(environment, 'aws:ecr/repository:Repository');
      const { operatorRepository, functionsRepository } = environment.imageRegistry;
      expect(repositories.map(({ properties }) => [properties['name'], properties['imageTagMutability']])).toEqual([
        [`${functionsRepository}-cache`, 'MUTABLE'],
        [functionsRepository, 'IMMUTABLE'],
        [operatorRepository, 'IMMUTABLE'],
      ]);
      expect(property(repositories, 'imageScanningConfiguration')).toEqual(
        repositories.map(() => ({ scanOnPush: true })),
      );
    });

    test('expires images without a tag after the days of the environment, and tagged ones never', () => {
      const policies = of(environment, 'aws:ecr/lifecyclePolicy:LifecyclePolicy');
      const rules = policies.map(({ name: use, properties }) => {
        const { rules: all }: { rules: { selection: { tagStatus: string; countNumber: number } }[] } = JSON.parse(
          String(properties['policy']),
        );
        return [use, all.map(({ selection }) => `${selection.tagStatus} ${selection.countNumber}`)];
      });
      const { untaggedDays } = environment.imageRegistry;
      expect(rules).toEqual([
        ['cache', [`any ${untaggedDays}`]],
        ['functions', [`untagged ${untaggedDays}`]],
        ['operator', [`untagged ${untaggedDays}`]],
      ]);
    });

    test('closes, encrypts and versions the code bucket', () => {
      expect(property(of(environment, 'aws:s3/bucket:Bucket'), 'bucket')).toEqual([
        environment.codeStore.bucket,
        `${environment.codeStore.bucket}-logs`,
      ]);
      const closed = of(environment, 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock');
      const { bucket: _, ...switches } = closed[0]?.properties ?? {};
      expect(closed).toHaveLength(2);
      expect(switches).toEqual({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(property(of(environment, 'aws:s3/bucketVersioning:BucketVersioning'), 'bucket')).toEqual([
        environment.codeStore.bucket,
      ]);
    });

    test('has a role for each annotation of a service account, trusted by exactly these accounts', () => {
      const roles = of(environment, 'aws:iam/role:Role').filter(({ name: use }) => use !== 'pipeline');
      const arns = roles.map(
        ({ properties }) => `arn:aws:iam::${environment.cloud.account}:role/${String(properties['name'])}`,
      );
      expect(arns.toSorted()).toEqual(annotatedRoles(environment));
      expect(roles.filter(({ properties }) => String(properties['assumeRolePolicy']).includes('*'))).toEqual([]);
      expect(property(roles, 'permissionsBoundary')).toEqual(
        roles.map(() => `arn:aws:::knative-lambda-boundary-${name}`),
      );
    });

    test('tags everything that can be tagged', () => {
      const resources = recorded.get(name) ?? [];
      const unknown = resources.filter(({ type }) => isTaggable[type] === undefined).map(({ type }) => type);
      const untagged = resources.filter(
        ({ type, properties }) =>
          isTaggable[type] === true && !JSON.stringify(properties['tags'] ?? '').includes(`"Environment":"${name}"`),
      );
      expect(unknown).toEqual([]);
      expect(untagged).toEqual([]);
      expect(resources.length).toBeGreaterThan(30);
    });

    test('holds no value of a secret', () => {
      const types = new Set((recorded.get(name) ?? []).map(({ type }) => type));
      expect([...types].filter((type) => /secretVersion|accessKey/i.test(type))).toEqual([]);
    });
  },
);

test('one environment of the account creates the identity provider of GitHub, and owners those of their clusters', () => {
  const providers = environments.flatMap((environment) =>
    of(environment, 'aws:iam/openIdConnectProvider:OpenIdConnectProvider').map(
      ({ name, properties }) => `${environment.name} ${name} ${String(properties['url'])}`,
    ),
  );
  expect(providers).toEqual([
    'prd cluster https://oidc.eks.invalid/id/tiers',
    'prd github https://token.actions.githubusercontent.com',
    'studio cluster https://oidc.studio.homelab',
    expect.stringMatching(/^studio-1-node cluster https:/),
  ]);
});
