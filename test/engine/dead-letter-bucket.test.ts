import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openBucket, type ObjectStore } from '../../operator/receiver/dead-letters/object-store.ts';
import { openVersioned, type VersionedObjects } from '../../operator/receiver/dead-letters/versioned-objects.ts';
import { type Moto, startMoto } from './moto.ts';

let moto: Moto;
let store: ObjectStore;
let actions: VersionedObjects;

beforeAll(async () => {
  // pages of S3 hold a thousand, which takes half a minute to write
  moto = await startMoto({ MOTO_S3_DEFAULT_MAX_KEYS: '10' });
  const variables = await moto.logIn('123456789012');
  const client = moto.connect(variables);
  const [region = ''] = [variables['AWS_REGION']];
  await client.call('s3', 'create_bucket', {
    Bucket: 'code',
    CreateBucketConfiguration: { LocationConstraint: region },
  });
  client.close();
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_ENDPOINT_URL: endpoint = '' } = variables;
  const { AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken = '' } = variables;
  const keys = { accessKeyId, secretAccessKey, sessionToken };
  const place = { endpoint, region, bucket: 'code', prefix: 'dead-letters/' };
  store = openBucket(place, () => keys);
  actions = openVersioned(place, () => keys);
});

afterAll(() => moto.stop());

const key = 'letters/team/2026-01-01/20260101T120000000Z-0123abcd.2.10.jsonl';

test('S3 gives back what it was given, in whole and in part, until it is removed', async () => {
  const body = Buffer.from('[index]\nä letter\n');
  await store.put(key, body);
  expect(await store.get(key)).toEqual(body);
  expect(await store.get(key, { start: 0, end: 8 })).toEqual(body.subarray(0, 8));
  expect(await store.list('letters/')).toEqual([key]);
  await store.remove(key);
  await store.remove(key);
  expect(await store.get(key)).toBeUndefined();
  expect(await store.list('letters/')).toEqual([]);
});

test('S3 lists more objects than one answer holds', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `removed/team/${index + 10}.json`);
  await Promise.all(names.map((name) => store.put(name, Buffer.from('{}'))));
  expect(await store.list('removed/')).toEqual(names);
});

test('S3 writes over one state of an object once', async () => {
  const write = (text: string, over?: string) => actions.write('supervision/a.json', Buffer.from(text), over);
  expect([await write('one'), await write('two')]).toEqual([true, false]);
  const first = await actions.read('supervision/a.json');
  expect(String(first?.body)).toBe('one');
  expect([await write('three', first?.version), await write('four', first?.version)]).toEqual([true, false]);
  expect(String((await actions.read('supervision/a.json'))?.body)).toBe('three');
  await actions.remove('supervision/a.json');
  expect(await write('five', first?.version)).toBe(false);
});
