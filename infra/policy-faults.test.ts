import { describe, expect, test } from '@jest/globals';
import { policyFaults, type PolicyKind } from './policy-faults.ts';
import { resourceDocumentFaults } from './resource-documents.ts';

const bucket = 'arn:aws:s3:::code/*';
const provider = { Federated: 'arn:aws:iam::339954290315:oidc-provider/issuer' };
const queue = { Action: ['sqs:SendMessage'], Resource: ['arn:aws:sqs:us-west-2:339954290315:uploads'] };

/** The smallest statement of each kind that has no fault. */
const sound = {
  identity: { Sid: 'One', Effect: 'Allow', Action: ['s3:GetObject'], Resource: [bucket] },
  trust: { Sid: 'One', Effect: 'Allow', Principal: provider, Action: ['sts:AssumeRoleWithWebIdentity'] },
  bucket: { Sid: 'One', Effect: 'Deny', Principal: '*', Action: ['s3:*'], Resource: [bucket] },
  queue: { Sid: 'One', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, ...queue },
} as const satisfies Record<PolicyKind, object>;

const document = (kind: PolicyKind, change: object, top: object = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ ...sound[kind], ...change }], ...top });

const kinds: readonly PolicyKind[] = ['identity', 'trust', 'bucket', 'queue'];

test.each(kinds)('a sound %s policy has no fault', (kind) => {
  expect(policyFaults(kind, document(kind, {}))).toEqual([]);
});

type Row = readonly [what: string, kind: PolicyKind, change: object, fault: string];

const anyKind: readonly (readonly [what: string, change: object, fault: string])[] = [
  ['an effect that is none', { Effect: 'Maybe' }, 'Statement.0.Effect: '],
  ['no effect', { Effect: undefined }, 'Statement.0.Effect: '],
  ['no action', { Action: undefined }, 'Action: got 0'],
  ['an action and all others', { NotAction: ['s3:PutObject'] }, 'Action: got 2'],
  ['an action without a service', { Action: ['GetObject'] }, 'Action: got GetObject'],
  ['an action of no service', { Action: ['s4:GetObject'] }, 'Action: got s4:GetObject'],
  ['an element that is none', { Actions: [] }, '"Actions"'],
  ['a Sid with blanks', { Sid: 'one two' }, 'Statement.0.Sid: '],
  ['an operator that is none', { Condition: { StringIs: { key: 'x' } } }, 'got operator StringIs'],
];

const rows: readonly Row[] = [
  ...kinds.flatMap((kind) => anyKind.map(([what, change, fault]): Row => [what, kind, change, fault])),
  ['a principal', 'identity', { Principal: '*' }, 'Principal: got one, allowed none'],
  ['no resource', 'identity', { Resource: undefined }, 'Resource: got 0'],
  ['a resource that is no ARN', 'identity', { Resource: ['code/*'] }, 'Resource: got code/*, allowed an ARN'],
  ['a partition that is none', 'identity', { Resource: ['arn:azure:s3:::code'] }, 'Resource: got arn:azure:s3:::code'],
  ['a bucket in a region', 'identity', { Resource: ['arn:aws:s3:us-west-2::code'] }, 'allowed an ARN of S3 without'],
  ['no principal', 'trust', { Principal: undefined }, 'Principal: got none'],
  ['a principal of no kind', 'trust', { Principal: { Robot: 'x' } }, 'Principal: got Robot'],
  ['a resource', 'trust', { Resource: ['*'] }, 'Resource: got 1'],
  ['an action beside assuming', 'trust', { Action: ['sts:GetCallerIdentity'] }, 'allowed sts:AssumeRole'],
  ['no principal', 'bucket', { Principal: undefined }, 'Principal: got none'],
  ['no resource', 'bucket', { Resource: undefined }, 'Resource: got 0'],
  ['an action of another service', 'bucket', { Action: ['sqs:SendMessage'] }, 'allowed actions of s3'],
  ['an action of another service', 'queue', { Action: ['s3:GetObject'] }, 'allowed actions of sqs'],
];

test.each(rows)('fails with %s in a policy of kind %s', (...[, kind, change, fault]) => {
  expect(policyFaults(kind, document(kind, change)).join('\n')).toContain(fault);
});

describe('a whole document', () => {
  test.each([
    ['no JSON', '{', 'document: '],
    ['no version', document('identity', {}, { Version: undefined }), 'Version: '],
    ['another version', document('identity', {}, { Version: '2020-01-01' }), 'Version: '],
    ['no statement', document('identity', {}, { Statement: [] }), 'Statement: '],
    [
      'a Sid twice',
      document('identity', {}, { Statement: [sound.identity, sound.identity] }),
      'Sid: got One, One, allowed each once',
    ],
  ])('fails with %s', (_, text, fault) => {
    expect(policyFaults('identity', text).join('\n')).toContain(fault);
  });
});

describe('a resource', () => {
  const long = document('identity', { Resource: Array.from({ length: 900 }, (_, index) => `${bucket}${index}`) });

  test.each([
    ['aws:iam/policy:Policy', { policy: long }, 'managed policy: got '],
    ['aws:iam/rolePolicy:RolePolicy', { policy: '{' }, 'document: '],
    ['aws:iam/role:Role', { assumeRolePolicy: document('identity', {}) }, 'Principal: got none'],
    ['aws:s3/bucketPolicy:BucketPolicy', { policy: document('identity', {}) }, 'Principal: got none'],
    ['aws:sqs/queuePolicy:QueuePolicy', { policy: document('bucket', {}) }, 'allowed actions of sqs'],
    ['aws:s3/bucket:Bucket', { bucket: 'Code' }, 'bucket: got "Code"'],
    ['aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration', { rules: [] }, 'rules: got none'],
    ['aws:ecr/lifecyclePolicy:LifecyclePolicy', { policy: '{"rules":[]}' }, 'rules: got none'],
  ])('fails as %s with a document of another form', (type, properties, fault) => {
    expect(resourceDocumentFaults(type, properties).join('\n')).toContain(fault);
  });

  test('has no fault before its document is known', () => {
    expect(resourceDocumentFaults('aws:iam/role:Role', { name: 'one' })).toEqual([]);
  });
});
