import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { parseStoreKeys } from '../store-keys.ts';
import { openBucket } from './object-store.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const keys = { accessKeyId: 'key-id', secretAccessKey: 'key-secret' };

interface Asked {
  readonly line: string;
  readonly authorization: string;
  readonly range: string;
  readonly body: string;
}

async function serve(answers: readonly { readonly status: number; readonly body?: string }[]) {
  const asked: Asked[] = [];
  const server = createServer(({ headers, method, url }, response) => {
    const chunks: Buffer[] = [];
    const request = response.req;
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization = '', range = '' } = headers;
      asked.push({ line: `${method} ${url}`, authorization, range, body: Buffer.concat(chunks).toString() });
      const { body = '', status } = answers[asked.length - 1] ?? { status: 500 };
      response.writeHead(status).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, asked };
}

const place = (endpoint: string) => ({ endpoint, bucket: 'code', prefix: 'dead-letters/', region: 'us-east-1' });
const open = (endpoint: string) => openBucket(place(endpoint), () => keys);

test('an object is written under the prefix, signed', async () => {
  const { asked, endpoint } = await serve([{ status: 200 }]);
  await open(endpoint).put('letters/a', Buffer.from('ü'));
  expect(asked).toMatchObject([{ line: 'PUT /code/dead-letters/letters/a', body: 'ü' }]);
  expect(asked[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=key-id\/\d{8}\/us-east-1\/s3\/aws4_request/);
});

test('a part of an object is read alone, and none where there is no object', async () => {
  const { asked, endpoint } = await serve([{ status: 206, body: 'bc' }, { status: 404 }]);
  expect(String(await open(endpoint).get('a', { start: 1, end: 3 }))).toBe('bc');
  expect(await open(endpoint).get('a')).toBeUndefined();
  expect(asked.map(({ range }) => range)).toEqual(['bytes=1-2', '']);
});

const page = (key: string, next: string): string =>
  `<ListBucketResult><Contents><Key>dead-letters/${key}</Key></Contents>${next}</ListBucketResult>`;

test('all pages of a listing are read', async () => {
  const { asked, endpoint } = await serve([
    { status: 200, body: page('letters/1', '<NextContinuationToken>a&amp;b=</NextContinuationToken>') },
    { status: 200, body: page('letters/2', '') },
  ]);
  expect(await open(endpoint).list('letters/')).toEqual(['letters/1', 'letters/2']);
  expect(asked.map(({ line }) => line)).toEqual([
    'GET /code?list-type=2&prefix=dead-letters%2Fletters%2F',
    'GET /code?list-type=2&prefix=dead-letters%2Fletters%2F&continuation-token=a%26b%3D',
  ]);
});

test('an object that is not there is removed', async () => {
  const { asked, endpoint } = await serve([{ status: 404 }, { status: 204 }]);
  await open(endpoint).remove('a');
  await open(endpoint).remove('b');
  expect(asked.map(({ line }) => line)).toEqual(['DELETE /code/dead-letters/a', 'DELETE /code/dead-letters/b']);
});

test.each([403, 500, 503])('fails when the store answers %d', async (status) => {
  const { endpoint } = await serve([{ status }]);
  await expect(open(endpoint).put('a', Buffer.from('x'))).rejects.toThrow(`bucket code: answers ${status}`);
});

test('fails when there is no store, and before keys are there', async () => {
  await expect(open('http://127.0.0.1:1').put('a', Buffer.from('x'))).rejects.toThrow('fetch failed');
  await expect(openBucket(place('http://127.0.0.1:1'), () => undefined).list('')).rejects.toThrow('not been read yet');
});

test('keys are read by the names of MinIO and of AWS', () => {
  const secret = { accesskey: 'key-id', secretkey: 'key-secret' };
  expect(parseStoreKeys(new Map(Object.entries(secret)))).toEqual(keys);
  const aws = { AWS_ACCESS_KEY_ID: 'key-id', AWS_SECRET_ACCESS_KEY: 'key-secret' };
  expect(parseStoreKeys(new Map(Object.entries(aws)))).toEqual(keys);
  expect(() => parseStoreKeys(new Map([['accesskey', 'x']]))).toThrow('allowed accesskey and secretkey');
});
