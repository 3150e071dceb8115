import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchText, readFlux } from './flux-release.ts';

const text = `---
apiVersion: v1
kind: Namespace
metadata: { name: flux-system }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: source-controller, namespace: flux-system }
---
`;
const sha256 = createHash('sha256').update(text).digest('hex');

describe('Flux', () => {
  let server: Server;
  let address: string;

  beforeAll(async () => {
    server = createServer((request, answer) => {
      answer.statusCode = request.url === '/install.yaml' ? 200 : 404;
      answer.end(request.url === '/install.yaml' ? text : '');
    });
    // an idle connection that ends while the next request is on its way would be a failure of its own
    server.keepAliveTimeout = 600_000;
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const at = server.address();
    address = `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`;
  });

  afterAll(() => {
    server.close();
  });

  test('is left alone where it is installed', async () => {
    expect(await readFlux({ kind: 'installed' }, () => Promise.reject(new Error('asked')))).toEqual([]);
  });

  test('is read from the file of a release', async () => {
    const flux = { kind: 'release', manifest: `${address}/install.yaml`, sha256 } as const;
    const found = await readFlux(flux, fetchText);
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace flux-system',
      'Deployment source-controller',
    ]);
  });

  test('fails when the file is another one than somebody has looked at', async () => {
    const flux = { kind: 'release', manifest: `${address}/install.yaml`, sha256: '0'.repeat(64) } as const;
    await expect(readFlux(flux, fetchText)).rejects.toThrow(`delivery.flux.sha256: got ${sha256} of ${address}`);
  });

  test('fails when there is no file', async () => {
    const flux = { kind: 'release', manifest: `${address}/gone.yaml`, sha256 } as const;
    await expect(readFlux(flux, fetchText)).rejects.toThrow('delivery.flux.manifest: got 404 Not Found from');
  });
});
