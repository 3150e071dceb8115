import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CloudResource, isInCloud, recordCloud } from '../../infra/index.ts';
import { readEnvironments } from '../../stacks/index.ts';
import { locatePython } from '../../tools/real-parts/locate.ts';
import { listOf, objectOf, textOf } from './aws-kind.ts';

type Properties = Readonly<Record<string, unknown>>;

const document = (text: unknown): unknown => JSON.parse(textOf(text));

/** A rule of a bucket's lifecycle as CloudFormation writes it. */
function objectRule(rule: Properties): Properties {
  const { days } = objectOf(rule['expiration'] ?? {});
  const { noncurrentDays } = objectOf(rule['noncurrentVersionExpiration'] ?? {});
  const { daysAfterInitiation } = objectOf(rule['abortIncompleteMultipartUpload'] ?? {});
  return {
    Id: rule['id'],
    Status: rule['status'],
    Prefix: objectOf(rule['filter'])['prefix'],
    ExpirationInDays: days,
    NoncurrentVersionExpiration: noncurrentDays === undefined ? undefined : { NoncurrentDays: noncurrentDays },
    AbortIncompleteMultipartUpload:
      daysAfterInitiation === undefined ? undefined : { DaysAfterInitiation: daysAfterInitiation },
  };
}

/** Documents of a resource in the words of CloudFormation, which cfn-lint reads; types without a document are not here. */
const templates: Readonly<Record<string, (properties: Properties) => readonly [string, Properties]>> = {
  'aws:iam/policy:Policy': ({ name, policy }) => [
    'AWS::IAM::ManagedPolicy',
    { ManagedPolicyName: name, PolicyDocument: document(policy) },
  ],
  'aws:iam/role:Role': ({ name, assumeRolePolicy }) => [
    'AWS::IAM::Role',
    { RoleName: name, AssumeRolePolicyDocument: document(assumeRolePolicy) },
  ],
  'aws:iam/rolePolicy:RolePolicy': ({ name, role, policy }) => [
    'AWS::IAM::RolePolicy',
    { PolicyName: name, RoleName: role, PolicyDocument: document(policy) },
  ],
  'aws:s3/bucket:Bucket': ({ bucket }) => ['AWS::S3::Bucket', { BucketName: bucket }],
  'aws:s3/bucketPolicy:BucketPolicy': ({ bucket, policy }) => [
    'AWS::S3::BucketPolicy',
    { Bucket: bucket, PolicyDocument: document(policy) },
  ],
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': ({ rules }) => [
    'AWS::S3::Bucket',
    { LifecycleConfiguration: { Rules: listOf(rules).map(objectRule) } },
  ],
  'aws:sqs/queuePolicy:QueuePolicy': ({ policy }) => [
    'AWS::SQS::QueuePolicy',
    { Queues: ['https://sqs.us-west-2.amazonaws.com/339954290315/uploads'], PolicyDocument: document(policy) },
  ],
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': ({ policy }) => [
    'AWS::ECR::Repository',
    { LifecyclePolicy: { LifecyclePolicyText: policy } },
  ],
  'aws:ecr/pullThroughCacheRule:PullThroughCacheRule': ({ ecrRepositoryPrefix, upstreamRegistryUrl }) => [
    'AWS::ECR::PullThroughCacheRule',
    { EcrRepositoryPrefix: ecrRepositoryPrefix, UpstreamRegistryUrl: upstreamRegistryUrl },
  ],
};

/** What cfn-lint says of the documents: a line for each fault. */
function lint(resources: readonly Pick<CloudResource, 'type' | 'properties'>[]): readonly string[] {
  const entries = resources.flatMap(({ type, properties }, index) => {
    const [Type, Properties] = templates[type]?.(properties) ?? [];
    return Type === undefined ? [] : [[`Resource${index}`, { Type, Properties }] as const];
  });
  const input = JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(entries) });
  // what a template ought to say of updates and deletion is no part of a document
  const program = 'from cfnlint.runner import main; main()';
  const words = ['-c', program, '--format', 'parseable', '--regions', 'us-west-2', '--ignore-checks', 'I', 'W3011'];
  const { stdout, stderr } = spawnSync(locatePython(), words, { input, encoding: 'utf8' });
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
}

const environments = readEnvironments().filter(isInCloud);
const recorded = new Map<string, readonly CloudResource[]>();

beforeAll(async () => {
  for (const environment of environments) recorded.set(environment.name, await recordCloud(environment));
});

describe('the documents of AWS', () => {
  test.each(environments.map(({ name }) => name))('of %s are what cfn-lint takes', (name) => {
    const resources = recorded.get(name) ?? [];
    expect(resources.filter(({ type }) => templates[type] !== undefined).length).toBeGreaterThan(15);
    expect(lint(resources)).toEqual([]);
  });

  test('of a cache of public images are what cfn-lint takes', async () => {
    const [environment] = environments;
    const pullThrough = [
      { prefix: 'public', upstream: 'public.ecr.aws' },
      { prefix: 'quay', upstream: 'quay.io' },
      { prefix: 'kubernetes', upstream: 'registry.k8s.io' },
    ] as const;
    if (environment === undefined) throw new Error('no environment is in the cloud');
    const imageRegistry = { ...environment.imageRegistry, pullThrough: [...pullThrough] };
    const resources = await recordCloud({ ...environment, imageRegistry });
    const rules = resources.filter(({ type }) => type === 'aws:ecr/pullThroughCacheRule:PullThroughCacheRule');
    expect(rules).toHaveLength(3);
    expect(lint(rules)).toEqual([]);
  });

  const statement = { Sid: 'One', Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::code/*'] };
  const policy = (change: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, ...change }] });

  test.each([
    ['a statement that neither allows nor denies', 'aws:iam/policy:Policy', { policy: policy({ Effect: 'Maybe' }) }],
    ['a Sid with blanks', 'aws:iam/policy:Policy', { policy: policy({ Sid: 'one two' }) }],
    ['a principal in a policy of an identity', 'aws:iam/policy:Policy', { policy: policy({ Principal: '*' }) }],
    ['an action that does not exist', 'aws:iam/policy:Policy', { policy: policy({ Action: ['s3:GetObjects'] }) }],
    ['no principal to trust', 'aws:iam/role:Role', { assumeRolePolicy: policy({ Resource: undefined }) }],
    ['a bucket policy for nobody', 'aws:s3/bucketPolicy:BucketPolicy', { bucket: 'code', policy: policy({}) }],
    [
      'a status of no lifecycle',
      'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
      { rules: [{ id: 'one', status: 'enabled', filter: { prefix: '' }, expiration: { days: 1 } }] },
    ],
    [
      'a prefix that is too long',
      'aws:ecr/pullThroughCacheRule:PullThroughCacheRule',
      { ecrRepositoryPrefix: 'x'.repeat(31), upstreamRegistryUrl: 'quay.io' },
    ],
  ])('fail with %s', (...[, type, properties]) => {
    expect(lint([{ type, properties }])[0]).toMatch(/:[EW]\d{4}:/);
  });
});
