import { describe, expect, test } from '@jest/globals';
import { isCodeOf } from './changed-functions.ts';
import { readCodeChanges } from './code-change.ts';

const bucketEvent = {
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '111122223333',
  region: 'us-west-2',
  detail: { bucket: { name: 'code' }, object: { key: 'hello/main file.py', size: 5 }, reason: 'PutObject' },
};

const push = (changes: object = {}) => ({
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  account: '111122223333',
  region: 'us-west-2',
  detail: { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': 'team/hello', 'image-tag': 'v1', ...changes },
});

const records = {
  EventName: 's3:ObjectCreated:Put',
  Key: 'code/hello/main.py',
  Records: [
    { eventSource: 'minio:s3', s3: { bucket: { name: 'code' }, object: { key: 'hello/main+file%2B.py', eTag: 'x' } } },
  ],
};

const repository = '111122223333.dkr.ecr.us-west-2.amazonaws.com/team/hello';
const object = (key: string, store: 's3' | 'minio' = 's3') => ({ kind: 'object', store, bucket: 'code', key }) as const;

describe('a notification', () => {
  test.each([
    ['of S3 by EventBridge', bucketEvent, [object('hello/main file.py')]],
    ['of ECR by EventBridge', push(), [{ kind: 'image', repository, tag: 'v1' }]],
    ['of MinIO', records, [object('hello/main file+.py', 'minio')]],
    [
      'whose key no form would have',
      { Records: [{ s3: { bucket: { name: 'code' }, object: { key: '%' } } }] },
      [object('%')],
    ],
  ])('%s says what changed', (_, data, expected) => {
    expect(readCodeChanges(data)).toEqual(expected);
  });

  test.each([
    ['a push that failed', push({ result: 'FAILURE' })],
    ['an image that was deleted', push({ 'action-type': 'DELETE' })],
    ['a push without a tag', push({ 'image-tag': undefined })],
    ['no records', { Records: [] }],
  ])('of %s says that nothing did', (_, data) => {
    expect(readCodeChanges(data)).toEqual([]);
  });

  test.each([[null], ['code'], [{}], [{ Records: [{}] }], [{ ...bucketEvent, detail: { bucket: {} } }]])(
    '%j is none',
    (data) => {
      expect(readCodeChanges(data)).toBeUndefined();
    },
  );
});

const s3 = (key: string) => ({ source: { type: 's3', s3: { bucket: 'code', key, region: 'us-west-2' } } });
const image = (more: object) => ({ source: { type: 'image', image: { repository, ...more } } });
const pushedLatest = { kind: 'image', repository, tag: 'latest' } as const;

describe('code of a function', () => {
  test.each([
    ['an object of its prefix', s3('hello/'), object('hello/a/b.py'), true],
    ['its object', s3('hello.zip'), object('hello.zip'), true],
    ['an object whose key only begins so', s3('hello'), object('hello.zip'), false],
    ['an object of another prefix', s3('hello/'), object('hello2/main.py'), false],
    ['an object of another bucket', s3('hello/'), { ...object('hello/main.py'), bucket: 'other' }, false],
    ['an object of another store', s3('hello/'), object('hello/main.py', 'minio'), false],
    ['its tag, which is the latest', image({}), pushedLatest, true],
    ['another tag', image({ tag: 'v1' }), pushedLatest, false],
    ['a tag of an image that has a digest', image({ digest: 'sha256:1' }), pushedLatest, false],
    ['an image, of a function of a bucket', s3('hello/'), pushedLatest, false],
    ['anything, of a function of git', { source: { type: 'git', git: { url: 'u' } } }, pushedLatest, false],
    ['anything, of a function that is none', null, pushedLatest, false],
  ])('%s', (_, spec, change, expected) => {
    expect(isCodeOf(spec, change)).toBe(expected);
  });
});
