import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openVersioned } from './versioned-objects.ts';

const objects = new Map<string, { readonly body: string; readonly tag: string }>();
let writes = 0;

/** Conditions as Amazon S3 has them for PutObject: 412 for another state, 404 for one that is gone. */
function refusalOf({ headers, url = '' }: IncomingMessage): 404 | 412 | undefined {
  const found = objects.get(url);
  if (headers['if-none-match'] === '*') return found && 412;
  if (headers['if-match'] === found?.tag) return undefined;
  return found === undefined ? 404 : 412;
}

const server = createServer((request, response) => {
  const { method, url = '' } = request;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const found = objects.get(url);
    if (method === 'GET')
      return void response.writeHead(found ? 200 : 404, { etag: found?.tag ?? '' }).end(found?.body);
    const refusal = refusalOf(request);
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    writes += 1;
    objects.set(url, { body: Buffer.concat(chunks).toString(), tag: `"tag-${writes}"` });
    return void response.writeHead(200).end();
  });
});

let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => void server.close());

const keys = { accessKeyId: 'key-id', secretAccessKey: 'key-secret' };

test('of two who write over one state one has written, and the other knows', async () => {
  const store = openVersioned({ endpoint, bucket: 'code', prefix: 'dead-letters/', region: 'us-east-1' }, () => keys);
  const write = (text: string, over?: string): Promise<boolean> => store.write('a.json', Buffer.from(text), over);
  expect(await store.read('a.json')).toBeUndefined();
  expect([await write('one'), await write('two')]).toEqual([true, false]);
  const first = await store.read('a.json');
  expect(String(first?.body)).toBe('one');
  expect([await write('three', first?.version), await write('four', first?.version)]).toEqual([true, false]);
  expect(String((await store.read('a.json'))?.body)).toBe('three');
  objects.clear();
  expect(await write('five', first?.version)).toBe(false);
});
