import { describe, expect, test } from '@jest/globals';
import { readEnvironments } from '../stacks/index.ts';
import { allows } from './allows.ts';
import { codeBucketPolicy, codeQueuePolicy, logBucketPolicy } from './bucket-policy.ts';
import { arns, type CloudEnvironment, isInCloud } from './names.ts';
import {
  boundaryPolicy,
  builderPolicy,
  operatorPolicy,
  pipelinePolicy,
  receiverPolicy,
  secretsPolicy,
  uploadsPolicy,
} from './policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import { githubIssuer, pipelineTrust, workloadTrust } from './trust.ts';

const environments = readEnvironments().filter(isInCloud);
const named = (name: string): CloudEnvironment => {
  const found = environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`${name} is not in the cloud`);
  return found;
};

const policies = {
  builder: builderPolicy,
  operator: operatorPolicy,
  receiver: receiverPolicy,
  uploads: uploadsPolicy,
  secrets: secretsPolicy,
  pipeline: pipelinePolicy,
} as const;
type Role = keyof typeof policies;

const account = '339954290315';
const ecr = (name: string): string => `arn:aws:ecr:us-west-2:${account}:repository/${name}`;
const code = 'arn:aws:s3:::knative-lambda-fusion-code-prd';
const queue = `arn:aws:sqs:us-west-2:${account}:knative-lambda-code-prd`;
const secret = (path: string): string => `arn:aws:secretsmanager:us-west-2:${account}:secret:${path}-AbCdEf`;

/** Who may do what in prd. */
const rows: readonly (readonly [Role, 'may' | 'may not', string, string])[] = [
  ['builder', 'may', 'ecr:GetAuthorizationToken', '*'],
  ['builder', 'may', 'ecr:PutImage', ecr('knative-lambdas-prd')],
  ['builder', 'may', 'ecr:PutImage', ecr('knative-lambdas-prd-cache')],
  ['builder', 'may not', 'ecr:PutImage', ecr('knative-lambda-builder-prd')],
  ['builder', 'may not', 'ecr:PutImage', ecr('knative-lambdas-dev')],
  ['builder', 'may not', 'ecr:BatchDeleteImage', ecr('knative-lambdas-prd')],
  ['builder', 'may', 's3:GetObject', `${code}/global/parser/hello.zip`],
  ['builder', 'may', 's3:GetObjectVersion', `${code}/hello.zip`],
  ['builder', 'may', 's3:PutObject', `${code}/build-cache/layer`],
  ['builder', 'may not', 's3:PutObject', `${code}/hello.zip`],
  ['builder', 'may not', 's3:GetObject', `${code}/dead-letters/one`],
  ['builder', 'may not', 's3:GetObject', `${code}/backups/one`],
  ['builder', 'may not', 's3:GetObject', 'arn:aws:s3:::knative-lambda-fusion-code-dev/hello.zip'],
  ['builder', 'may not', 's3:DeleteObject', `${code}/hello.zip`],
  ['builder', 'may not', 's3:DeleteObjectVersion', `${code}/hello.zip`],
  ['builder', 'may not', 's3:PutBucketPolicy', code],
  ['builder', 'may not', 'sqs:ReceiveMessage', queue],
  ['builder', 'may not', 'sts:AssumeRole', `arn:aws:iam::${account}:role/knative-lambda-secrets-prd`],
  ['builder', 'may not', 'secretsmanager:GetSecretValue', secret('knative-lambda/prd/rabbitmq-credentials')],
  ['operator', 'may', 'ecr:BatchGetImage', ecr('knative-lambdas-prd')],
  ['operator', 'may not', 'ecr:PutImage', ecr('knative-lambdas-prd')],
  ['operator', 'may not', 's3:GetObject', `${code}/hello.zip`],
  ['operator', 'may not', 's3:ListBucket', code],
  ['operator', 'may not', 'ecr:BatchDeleteImage', ecr('knative-lambdas-prd')],
  ['operator', 'may not', 'secretsmanager:GetSecretValue', secret('knative-lambda/prd/rabbitmq-credentials')],
  ['uploads', 'may', 'sqs:ReceiveMessage', queue],
  ['uploads', 'may', 'sqs:DeleteMessage', queue],
  ['uploads', 'may not', 'sqs:SendMessage', queue],
  ['uploads', 'may not', 'sqs:PurgeQueue', queue],
  ['uploads', 'may not', 'sqs:ReceiveMessage', `${queue}-rejects`],
  ['uploads', 'may not', 'sqs:ReceiveMessage', `arn:aws:sqs:us-west-2:${account}:knative-lambda-code-dev`],
  ['uploads', 'may not', 's3:GetObject', `${code}/hello.zip`],
  ['receiver', 'may not', 'sqs:ReceiveMessage', queue],
  ['receiver', 'may', 's3:GetObject', `${code}/dead-letters/one`],
  ['receiver', 'may not', 's3:GetObject', `${code}/backups/one`],
  ['receiver', 'may not', 'ecr:BatchGetImage', ecr('knative-lambdas-prd')],
  ['receiver', 'may', 's3:PutObject', `${code}/dead-letters/one`],
  ['receiver', 'may not', 's3:GetObject', `${code}/hello.zip`],
  ['receiver', 'may not', 's3:ListBucket', code],
  ['secrets', 'may', 'secretsmanager:GetSecretValue', secret('knative-lambda/prd/rabbitmq-credentials')],
  ['secrets', 'may not', 'secretsmanager:GetSecretValue', secret('knative-lambda/dev/rabbitmq-credentials')],
  ['secrets', 'may not', 's3:GetObject', `${code}/hello.zip`],
  ['secrets', 'may not', 'secretsmanager:PutSecretValue', secret('knative-lambda/prd/rabbitmq-credentials')],
  ['secrets', 'may not', 'ecr:BatchGetImage', ecr('knative-lambda-builder-prd')],
  ['pipeline', 'may', 'ecr:PutImage', ecr('knative-lambda-builder-prd')],
  ['pipeline', 'may not', 'ecr:PutImage', ecr('knative-lambdas-prd')],
  ['pipeline', 'may not', 'ecr:PutImage', ecr('knative-lambda-builder-staging')],
  ['pipeline', 'may not', 'ecr:BatchDeleteImage', ecr('knative-lambda-builder-prd')],
  ['pipeline', 'may not', 's3:GetObject', `${code}/hello.zip`],
  ['pipeline', 'may not', 'secretsmanager:GetSecretValue', secret('knative-lambda/prd/rabbitmq-credentials')],
  ['pipeline', 'may not', 'iam:PassRole', `arn:aws:iam::${account}:role/knative-lambda-builder-prd`],
];

const listsUnder = (prefix: string): boolean =>
  allows(receiverPolicy(named('prd')), {
    action: 's3:ListBucket',
    resource: code,
    context: { 's3:prefix': prefix },
  });

const pullsImages = ({ name }: CloudEnvironment): boolean =>
  allows(secretsPolicy(named(name)), {
    action: 'ecr:BatchGetImage',
    resource: arns.repository(named(name), named(name).imageRegistry.functionsRepository),
  });

const isPartOf = (resource: string, name: string): boolean =>
  resource === name || resource.startsWith(`${name}/`) || resource.endsWith(`/${name}`);

const sendsUnder = (rule: string): boolean =>
  allows(codeQueuePolicy(named('prd')), {
    action: 'sqs:SendMessage',
    resource: queue,
    context: { 'aws:SourceArn': `arn:aws:events:us-west-2:${account}:rule/${rule}` },
  });

describe('who may do what', () => {
  test.each(rows)('%s %s %s on %s', (role, verdict, action, resource) => {
    expect(allows(policies[role](named('prd')), { action, resource })).toBe(verdict === 'may');
  });

  test('the receiver lists dead letters and nothing else of the bucket', () => {
    expect([listsUnder('dead-letters/2026'), listsUnder('global/'), listsUnder('')]).toEqual([true, false, false]);
  });

  test('a cluster outside EKS pulls images with the rights of the secrets role', () => {
    expect(environments.filter(pullsImages).map(({ name }) => name)).toEqual(['studio', 'studio-1-node']);
  });
});

const allDocuments = environments.flatMap((environment) => [
  ...Object.entries(policies).map(([role, build]): readonly [string, PolicyDocument, CloudEnvironment] => [
    `${role} of ${environment.name}`,
    build(environment),
    environment,
  ]),
  [`boundary of ${environment.name}`, boundaryPolicy(environment), environment] as const,
]);

describe.each(allDocuments)('the policy of the %s', (_, document, environment) => {
  test('names no wildcard but for the login, which AWS allows no other way', () => {
    const wild = document.Statement.filter(({ Action, Resource = [] }) =>
      [...Action, ...Resource].some((text) => text === '*' || text.endsWith(':*')),
    );
    expect(wild.map(({ Sid }) => Sid).filter((sid) => sid !== 'RegistryLogin')).toEqual([]);
  });

  test('names nothing of another environment', () => {
    const others = environments.filter((other) => other !== environment);
    const foreign = others.flatMap(({ codeStore, imageRegistry }) => [
      arns.bucket(codeStore.bucket),
      imageRegistry.functionsRepository,
      imageRegistry.operatorRepository,
    ]);
    const resources = document.Statement.flatMap(({ Resource = [] }) => Resource);
    expect(resources.filter((resource) => foreign.some((name) => isPartOf(resource, name)))).toEqual([]);
  });

  test('fits into the 6144 characters of a managed policy, and each Sid is there once', () => {
    const sids = document.Statement.map(({ Sid }) => Sid);
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
    expect(new Set(sids).size).toBe(sids.length);
    expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
  });
});

describe('the permission boundary', () => {
  test.each(rows.filter(([, verdict]) => verdict === 'may'))('lets the %s do what it %s: %s on %s', (...row) => {
    const [, , action, resource] = row;
    expect(allows(boundaryPolicy(named('prd')), { action, resource })).toBe(true);
  });

  test.each([
    ['iam:CreateUser', `arn:aws:iam::${account}:user/x`],
    ['s3:PutBucketPolicy', code],
    ['s3:GetObject', 'arn:aws:s3:::knative-lambda-fusion-code-dev/x'],
    ['secretsmanager:GetSecretValue', secret('knative-lambda/dev/x')],
  ])('never allows %s on %s', (action, resource) => {
    expect(allows(boundaryPolicy(named('prd')), { action, resource })).toBe(false);
  });
});

describe('policies of buckets and queues', () => {
  test.each([
    ['code bucket', codeBucketPolicy, `${code}/x`, 's3:GetObject'],
    ['log bucket', logBucketPolicy, `${code}-logs/x`, 's3:PutObject'],
    ['queue', codeQueuePolicy, queue, 'sqs:ReceiveMessage'],
  ] as const)('refuse whoever comes to the %s without TLS', (...[, build, resource, action]) => {
    const context = { 'aws:SecureTransport': 'false' };
    const denied = build(named('prd')).Statement.filter(({ Effect }) => Effect === 'Deny');
    const open: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Sid: 'All', Effect: 'Allow', Action: ['*'], Resource: ['*'] }, ...denied],
    };
    expect(allows(open, { action, resource, context })).toBe(false);
    expect(allows(open, { action, resource, context: { 'aws:SecureTransport': 'true' } })).toBe(true);
  });

  test('let the one rule of EventBridge fill the queue', () => {
    expect([sendsUnder('knative-lambda-code-prd'), sendsUnder('another')]).toEqual([true, false]);
  });
});

describe('trust', () => {
  const issuer = 'https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE';
  const trust = workloadTrust(account, issuer, [{ namespace: 'functions', name: 'builder' }]);
  const assumes = (subject: string, audience: string): boolean =>
    allows(trust, {
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: '*',
      context: {
        'oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE:sub': subject,
        'oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE:aud': audience,
      },
    });

  test.each([
    ['system:serviceaccount:functions:builder', 'sts.amazonaws.com', true],
    ['system:serviceaccount:functions:builder', 'kubernetes', false],
    ['system:serviceaccount:functions:default', 'sts.amazonaws.com', false],
    ['system:serviceaccount:other:builder', 'sts.amazonaws.com', false],
  ])('of %s for %s is %s', (subject, audience, expected) => {
    expect(assumes(subject, audience)).toBe(expected);
  });

  test.each([
    ['repo:owner/lambda:ref:refs/heads/main', true],
    ['repo:owner/lambda:ref:refs/heads/other', false],
    ['repo:owner/lambda:pull_request', false],
    ['repo:thief/lambda:ref:refs/heads/main', false],
  ])('of the pipeline run %s is %s', (subject, expected) => {
    const document = pipelineTrust(account, { repository: 'owner/lambda', only: { kind: 'branch', name: 'main' } });
    const host = githubIssuer.replace('https://', '');
    const context = { [`${host}:sub`]: subject, [`${host}:aud`]: 'sts.amazonaws.com' };
    expect(allows(document, { action: 'sts:AssumeRoleWithWebIdentity', resource: '*', context })).toBe(expected);
  });
});
