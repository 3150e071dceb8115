import { describe, expect, test } from '@jest/globals';
import { type Environment, findEnvironment, parseEnvironments, readEnvironments } from '../stacks/index.ts';
import { altered, type Changes } from '../stacks/trial.ts';
import { allows } from '../infra/allows.ts';
import { type CloudResource, recordCloud } from '../infra/cloud-graph.ts';
import { type CloudEnvironment, isInCloud } from '../infra/names.ts';
import { boundaryPolicy, builderPolicy } from '../infra/policy.ts';
import { faultsOf } from '../infra/refusals.ts';

function parsed(changes: Readonly<Record<string, Changes>>): readonly Environment[] {
  return parseEnvironments(readEnvironments().map((one) => altered(one, changes[one.name] ?? {})));
}

function inCloud(environments: readonly Environment[], name: string): CloudEnvironment {
  const environment = findEnvironment(environments, name);
  if (!isInCloud(environment)) throw new Error(`${name} is not in the cloud`);
  return environment;
}

const ofType = (resources: readonly CloudResource[], type: string) =>
  resources.filter((resource) => resource.type === type).map(({ properties }) => properties);

const endpoints = {
  vpc: 'vpc-0123456789abcdef0',
  routeTables: ['rtb-0123456789abcdef0'],
  subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  cidrs: ['10.0.240.0/24'],
};

describe('ways to S3 and ECR inside the VPC', () => {
  const environments = parsed(
    Object.fromEntries(['dev', 'staging', 'prd'].map((name) => [name, { 'cloud.endpoints': endpoints }])),
  );

  test('are made once, by the owner of the cluster, and nothing of them is refused', async () => {
    const prd = inCloud(environments, 'prd');
    const resources = await recordCloud(prd);
    expect(ofType(resources, 'aws:ec2/vpcEndpoint:VpcEndpoint')).toMatchObject([
      { serviceName: 'com.amazonaws.us-west-2.ecr.api', vpcEndpointType: 'Interface', privateDnsEnabled: true },
      { serviceName: 'com.amazonaws.us-west-2.ecr.dkr', vpcEndpointType: 'Interface', privateDnsEnabled: true },
      { serviceName: 'com.amazonaws.us-west-2.s3', vpcEndpointType: 'Gateway', routeTableIds: endpoints.routeTables },
    ]);
    expect(ofType(resources, 'aws:ec2/securityGroup:SecurityGroup')).toMatchObject([
      { vpcId: endpoints.vpc, ingress: [{ fromPort: 443, toPort: 443, cidrBlocks: ['10.0.0.0/16'] }] },
    ]);
    expect(resources.flatMap((resource) => faultsOf(resource, prd))).toEqual([]);
    const others = await recordCloud(inCloud(environments, 'dev'));
    expect(others.filter(({ type }) => type.startsWith('aws:ec2/'))).toEqual([]);
  });

  test('fail where environments of a cluster disagree on them', () => {
    expect(() => parsed({ prd: { 'cloud.endpoints': endpoints } })).toThrow(
      /cloud\.endpoints: got another value than dev gives for the same cluster tiers/,
    );
  });
});

describe('copies of images', () => {
  const pullThrough = [{ prefix: 'quay', upstream: 'quay.io' }];
  const environments = parsed({
    prd: { 'imageRegistry.replicateTo': ['us-east-1'], 'imageRegistry.pullThrough': pullThrough },
  });
  const prd = inCloud(environments, 'prd');

  test('go to other regions, and come from public registries, where a setting asks for them', async () => {
    const resources = await recordCloud(prd);
    expect(ofType(resources, 'aws:ecr/replicationConfiguration:ReplicationConfiguration')).toEqual([
      {
        replicationConfiguration: {
          rules: [
            {
              destinations: [{ region: 'us-east-1', registryId: '339954290315' }],
              repositoryFilters: [
                { filter: 'knative-lambdas-prd', filterType: 'PREFIX_MATCH' },
                { filter: 'knative-lambda-builder-prd', filterType: 'PREFIX_MATCH' },
              ],
            },
          ],
        },
      },
    ]);
    expect(ofType(resources, 'aws:ecr/pullThroughCacheRule:PullThroughCacheRule')).toEqual([
      { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' },
    ]);
    expect(resources.flatMap((resource) => faultsOf(resource, prd))).toEqual([]);
  });

  test.each([
    ['ecr:BatchImportUpstreamImage', 'quay/library/busybox', true],
    ['ecr:CreateRepository', 'quay/library/busybox', true],
    ['ecr:CreateRepository', 'knative-lambdas-prd/other', false],
    ['ecr:PutImage', 'quay/library/busybox', false],
  ])('%s on %s by a build: %s', (action, name, expected) => {
    const request = { action, resource: `arn:aws:ecr:us-west-2:339954290315:repository/${name}` };
    expect([allows(builderPolicy(prd), request), allows(boundaryPolicy(prd), request)]).toEqual([expected, expected]);
  });

  test.each([
    ['replication', { 'imageRegistry.replicateTo': ['us-east-1'] }, /replicateTo: got replication.*which dev holds/],
    ['a prefix', { 'imageRegistry.pullThrough': pullThrough }, /pullThrough\.0\.prefix: got prefix quay/],
  ])('fail where two environments of a registry ask for %s', (_, changes, line) => {
    expect(() => parsed({ dev: changes, prd: changes })).toThrow(line);
  });

  test('fail where images would be copied to where they are', () => {
    expect(() => parsed({ dev: { 'imageRegistry.replicateTo': ['us-west-2'] } })).toThrow(
      'dev.imageRegistry.replicateTo: got us-west-2, allowed other regions than that of the environment; remove it',
    );
  });
});

const nameInPro = (use: string): string => `knative-lambda-${use}-pro`;

test('pro gets a cloud by a change of its settings', async () => {
  const { cloud, imageRegistry, codeStore } = findEnvironment(readEnvironments(), 'studio');
  const environments = parsed({
    pro: {
      cloud: {
        ...cloud,
        oidcIssuer: 'https://oidc.pro.homelab',
        roles: Object.fromEntries(Object.keys(cloud?.roles ?? {}).map((use) => [use, nameInPro(use)])),
      },
      imageRegistry: {
        ...imageRegistry,
        operatorRepository: nameInPro('operator'),
        functionsRepository: nameInPro('functions'),
      },
      codeStore: { ...codeStore, bucket: 'knative-lambda-code-pro' },
      secrets: { backend: 'external', prefix: 'knative-lambda/pro' },
    },
  });
  const resources = await recordCloud(inCloud(environments, 'pro'));
  expect(ofType(resources, 'aws:s3/bucket:Bucket').map(({ bucket }) => bucket)).toEqual([
    'knative-lambda-code-pro',
    'knative-lambda-code-pro-logs',
  ]);
  expect(ofType(resources, 'aws:iam/role:Role').map(({ name }) => name)).toEqual(
    ['builder', 'operator', 'receiver', 'secrets', 'uploads'].map(nameInPro),
  );
});
