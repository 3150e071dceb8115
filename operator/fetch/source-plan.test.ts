import { describe, expect, test } from '@jest/globals';
import { planSchema } from './plan.ts';
import { toSourcePlan } from './source-plan.ts';

const mounts = { inlineFolder: '/inline', secretFolder: '/secret', googleIdentity: false };
const secretRef = { name: 'keys' };
const object = { bucket: 'code', key: 'a/' };
const secret = { kind: 'secret', folder: '/secret' };

describe('the plan of a source', () => {
  test.each([
    [{ type: 'inline', inline: { code: 'x' } }, { type: 'inline', folder: '/inline' }, { kind: 'none' }],
    [
      { type: 'minio', minio: { endpoint: 'minio.svc:9000', ...object } },
      { type: 's3', endpoint: 'http://minio.svc:9000', addressing: 'path', region: 'us-east-1', ...object },
      { kind: 'none' },
    ],
    [
      { type: 's3', s3: { region: 'eu-west-1', ...object } },
      {
        type: 's3',
        endpoint: 'https://s3.eu-west-1.amazonaws.com',
        addressing: 'host',
        region: 'eu-west-1',
        ...object,
      },
      { kind: 'identity' },
    ],
    [
      { type: 's3', s3: { region: 'cn-north-1', ...object, bucket: 'a.b', secretRef } },
      {
        type: 's3',
        endpoint: 'https://s3.cn-north-1.amazonaws.com.cn',
        addressing: 'path',
        region: 'cn-north-1',
        ...object,
        bucket: 'a.b',
      },
      secret,
    ],
    [
      { type: 'gcs', gcs: { ...object, secretRef: { name: '' } } },
      { type: 'gcs', endpoint: 'https://storage.googleapis.com', ...object },
      { kind: 'none' },
    ],
    [
      { type: 'git', git: { url: 'https://host/a', ref: 'main', path: 'fn', secretRef } },
      { type: 'git', url: 'https://host/a', ref: 'main', path: 'fn' },
      secret,
    ],
  ] as const)('of %j', (source, expected, credentials) => {
    const plan = toSourcePlan(source, mounts);
    expect(plan).toEqual({ source: expected, credentials });
    const rest = { runtime: { language: 'go', version: '1.24' }, target: '/workspace/context' };
    expect(planSchema.safeParse({ ...plan, ...rest }).error).toBeUndefined();
  });

  test('uses the identity of pods in Google Cloud', () => {
    const plan = toSourcePlan({ type: 'gcs', gcs: object }, { ...mounts, googleIdentity: true });
    expect(plan).toMatchObject({ credentials: { kind: 'identity' } });
  });

  test('is none for an image', () => {
    expect(toSourcePlan({ type: 'image' }, mounts)).toBeUndefined();
  });

  test('fails without the block of its type', () => {
    expect(() => toSourcePlan({ type: 'git' }, mounts)).toThrow('add it');
  });
});
