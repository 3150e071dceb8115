import { describe, expect, test } from '@jest/globals';
import { readEnvironments } from '../stacks/index.ts';
import { bucketLifecycleFaults, bucketNameFaults, lengthFaults, repositoryLifecycleFaults } from './document-faults.ts';
import { checkDocuments } from './documents.ts';
import { isInCloud } from './names.ts';

const untagged = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 };
const any = { ...untagged, tagStatus: 'any' };
const tagged = { ...untagged, tagStatus: 'tagged' };
const rule = (selection: typeof untagged & { tagPrefixList?: string[] }, rulePriority = 1) => ({
  selection,
  rulePriority,
  action: { type: 'expire' },
});

const objectRule = (more: object) => ({ id: 'one', status: 'Enabled', filter: { prefix: '' }, ...more });

describe('the lifecycle of a repository', () => {
  test('may hold untagged, tagged and all images, in this order', () => {
    const rules = [rule(untagged), rule({ ...tagged, tagPrefixList: ['v'] }, 2), rule(any, 3)];
    expect(repositoryLifecycleFaults({ rules })).toEqual([]);
  });

  test.each([
    ['no rules', [], 'rules: got none'],
    ['tagged images without a prefix', [rule(tagged)], 'tagged: got 0 lists'],
    ['a prefix of untagged images', [rule({ ...untagged, tagPrefixList: ['v'] })], 'untagged: got 1 lists'],
    ['an age without a unit', [rule({ ...untagged, countUnit: '' })], 'countUnit: got '],
    ['a count with a unit', [rule({ ...untagged, countType: 'imageCountMoreThan' })], 'countUnit: got days'],
    ['no days', [rule({ ...untagged, countNumber: 0 })], 'countNumber: got 0'],
    ['the same priority twice', [rule(untagged), rule(any)], 'rulePriority: got 1, 1'],
    ['priority 0', [rule(untagged, 0)], 'rulePriority: allowed 1'],
    ['all images before others', [rule(any, 1), rule(untagged, 2)], 'any: allowed only as the last rule'],
    ['an action that ECR lacks', [{ ...rule(untagged), action: { type: 'delete' } }], 'rules.0.action.type: '],
    ['no action', [{ ...rule(untagged), action: undefined }], 'rules.0.action: '],
    ['a status that ECR lacks', [rule({ ...untagged, tagStatus: 'old' })], 'tagStatus: '],
    ['a count that ECR lacks', [rule({ ...untagged, countType: 'sinceImagePulled' })], 'countType: '],
    ['a key that ECR lacks', [{ ...rule(untagged), note: 'x' }], '"note"'],
    ['a number as text', [{ ...rule(untagged), selection: { ...untagged, countNumber: '7' } }], 'countNumber: '],
    ['two rules of untagged images', [rule(untagged, 1), rule(untagged, 2)], 'untagged: got 2 rules'],
  ])('fails with %s', (_, rules, fault) => {
    expect(repositoryLifecycleFaults({ rules })).toContainEqual(expect.stringContaining(fault));
  });
});

describe('the lifecycle of a bucket', () => {
  test('may move objects before it deletes them', () => {
    const transitions = [{ days: 30, storageClass: 'STANDARD_IA' }];
    expect(bucketLifecycleFaults([objectRule({ transitions, expiration: { days: 90 } })])).toEqual([]);
  });

  test.each([
    ['no rules', [], 'rules: got none'],
    ['no action', [objectRule({})], 'got no action'],
    ['no days', [objectRule({ expiration: { days: 0 } })], 'expiration.days: got 0'],
    ['a negative age', [objectRule({ noncurrentVersionExpiration: { noncurrentDays: -1 } })], 'noncurrentDays: got -1'],
    ['days and a date', [objectRule({ expiration: { days: 1, date: '2026-01-01' } })], 'got days and a date'],
    ['a status in small letters', [objectRule({ status: 'enabled', expiration: { days: 1 } })], '0.status: '],
    ['no filter', [objectRule({ filter: undefined, expiration: { days: 1 } })], '0.filter: '],
    ['a prefix beside its filter', [objectRule({ prefix: 'x', expiration: { days: 1 } })], '"prefix"'],
    ['a class that S3 lacks', [objectRule({ transitions: [{ days: 1, storageClass: 'COLD' }] })], 'storageClass: '],
    ['a long id', [objectRule({ id: 'x'.repeat(256), expiration: { days: 1 } })], '0.id: '],
    [
      'the same rule twice',
      [objectRule({ expiration: { days: 1 } }), objectRule({ expiration: { days: 2 } })],
      'id: got one, one, allowed each once',
    ],
    [
      'an early move to infrequent access',
      [objectRule({ transitions: [{ days: 29, storageClass: 'STANDARD_IA' }] })],
      'transitions.days: got 29, allowed 30',
    ],
    [
      'a move after the end',
      [objectRule({ transitions: [{ days: 90, storageClass: 'GLACIER' }], expiration: { days: 30 } })],
      'transitions.days: got 90, allowed less than the 30',
    ],
  ])('fails with %s', (_, rules, fault) => {
    expect(bucketLifecycleFaults(rules)).toContainEqual(expect.stringContaining(fault));
  });
});

test('a policy may be as long as AWS takes it, white space not counted', () => {
  expect(lengthFaults('trust', `${' '.repeat(100)}${'x'.repeat(2048)}`)).toEqual([]);
});

test('fails with a policy that is longer', () => {
  expect(lengthFaults('managed', 'x'.repeat(6145))).toEqual(['managed policy: got 6145 characters, allowed 6144']);
});

test('a bucket may be named as ours are', () => {
  expect(bucketNameFaults('knative-lambda-fusion-code-prd')).toEqual([]);
});

test.each(['Code', 'a_b', 'a..b', 'ab', '10.0.0.1', 'xn--code', 'code-s3alias', 'x'.repeat(64), '-code'])(
  'fails with a bucket named %s',
  (name) => {
    expect(bucketNameFaults(name)).toHaveLength(1);
  },
);

const [environment] = readEnvironments().filter(isInCloud);
if (environment === undefined) throw new Error('no environment is in the cloud');

test('fails before anything is registered when a document of the environment has a fault', () => {
  const changed = { ...environment, imageRegistry: { ...environment.imageRegistry, untaggedDays: 0 } };
  expect(() => checkDocuments(environment)).not.toThrow();
  expect(() => checkDocuments(changed)).toThrow('countNumber: got 0, allowed 1 or more; correct it in stacks/');
});
