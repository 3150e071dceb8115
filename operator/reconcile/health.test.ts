import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { HealthServer, type HealthServerOptions } from './health.ts';

const servers: HealthServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function serve(
  options: Partial<HealthServerOptions> = {},
): Promise<(path: string, method?: string) => Promise<string>> {
  const server = new HealthServer({ ready: [], ...options });
  servers.push(server);
  const port = await server.listen(0, '127.0.0.1');
  return async (path, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return `${response.status} ${response.headers.get('content-type') ?? ''}\n${await response.text()}`;
  };
}

const plain = 'text/plain; charset=utf-8';

describe('the health server', () => {
  test('says which check of readiness fails', async () => {
    const faults = new Map<string, string | undefined>([['informer-jobs.batch', 'forbidden']]);
    const check = (name: string) => ({ name, fault: () => faults.get(name) });
    const get = await serve({ ready: [check('informer-pods'), check('informer-jobs.batch')] });
    const failed = `503 ${plain}\n[+]informer-pods ok\n[-]informer-jobs.batch failed: forbidden\nreadyz check failed\n`;
    await expect(get('/readyz')).resolves.toBe(failed);
    await expect(get('/healthz')).resolves.toBe(`200 ${plain}\nok\n`);
    faults.clear();
    await expect(get('/readyz')).resolves.toBe(`200 ${plain}\nok\n`);
    await expect(get('/readyz?verbose')).resolves.toBe(
      `200 ${plain}\n[+]informer-pods ok\n[+]informer-jobs.batch ok\nreadyz check passed\n`,
    );
  });

  test('says which check of life fails', async () => {
    const get = await serve({ live: [{ name: 'loop', fault: () => 'late' }] });
    await expect(get('/healthz')).resolves.toBe(`503 ${plain}\n[-]loop failed: late\nhealthz check failed\n`);
  });

  test('serves metrics, and what keeps it from it', async () => {
    let isBroken = false;
    const metrics = {
      contentType: 'text/plain; version=0.0.4',
      body: () => (isBroken ? Promise.reject(new Error('a metric is named twice')) : Promise.resolve('up 1\n')),
    };
    const get = await serve({ metrics });
    await expect(get('/metrics')).resolves.toBe('200 text/plain; version=0.0.4\nup 1\n');
    await expect(get('/metrics', 'HEAD')).resolves.toBe('200 text/plain; version=0.0.4\n');
    isBroken = true;
    await expect(get('/metrics')).resolves.toBe(`500 ${plain}\nmetrics: a metric is named twice\n`);
  });

  test('fails for another path or method', async () => {
    const get = await serve();
    await expect(get('/metrics')).resolves.toMatch(/^404 /);
    await expect(get('/')).resolves.toContain('/: not found, there are /healthz, /readyz and /metrics');
    await expect(get('/healthz', 'POST')).resolves.toContain('POST: not allowed, only GET and HEAD');
  });

  test('fails for a port that is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await expect(new HealthServer({ ready: [] }).listen(port, '127.0.0.1')).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => other.close(resolve));
  });
});
