import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { makeWorkspace, type Run, type TestPlan, type Workspace } from './fetch-run.ts';
import { startHttpServer } from './http-server.ts';
import { type ObjectServer, startObjectServer } from './object-server.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
let server: ObjectServer;
/** Another origin on the same host. */
let other: ObjectServer;
let credentials: { readonly kind: 'secret'; readonly folder: string };

beforeAll(async () => {
  [workspace, server, other] = await Promise.all([makeWorkspace(), startObjectServer(), startObjectServer()]);
  credentials = {
    kind: 'secret',
    folder: await workspace.mount({ accesskey: 'AKIDEXAMPLE', secretkey: 'very-secret' }),
  };
});

afterAll(async () => {
  await Promise.all([server.stop(), other.stop()]);
  await workspace.remove();
});

const endpointPlan = (endpoint: string, trustedHosts: string[] = []): TestPlan => ({
  source: { type: 's3', endpoint, addressing: 'path', region: 'us-east-1', bucket: 'code', key: 'main.py' },
  trustedHosts,
});

/** Nothing of a failed run may pass for a context. */
function expectNothingLeft({ context, leftOvers }: Run): void {
  expect([context, leftOvers]).toEqual([undefined, []]);
}

describe('an address', () => {
  test.each([
    'http://169.254.169.254',
    'http://[fd00:ec2::254]',
    'http://[::ffff:169.254.169.254]',
    'http://[64:ff9b::169.254.169.254]',
    'http://0.0.0.0:80',
    'http://168.63.129.16',
  ])('fails as %s, even where the host is trusted', async (endpoint) => {
    const run = await workspace.fetch(endpointPlan(endpoint, [new URL(endpoint).hostname]));
    expect(run.answer).toMatchObject({ reason: 'AddressRefused', retryable: false });
    expectNothingLeft(run);
  });

  test.each([
    'http://10.0.0.1',
    'http://127.1',
    'http://2130706433',
    'http://[::1]',
    'http://[fc00::1]',
    'http://100.64.1.1',
  ])('fails as %s, where the host is not trusted', async (endpoint) => {
    const { answer } = await workspace.fetch(endpointPlan(endpoint));
    expect(answer).toMatchObject({ reason: 'AddressRefused' });
  });

  test('fails when a name has a private one among others', async () => {
    const addresses = [
      { address: '203.0.113.1', family: 4 },
      { address: '10.96.0.1', family: 4 },
    ];
    const resolveHost = () => Promise.resolve(addresses);
    const { answer } = await workspace.fetch(endpointPlan('http://code.example.com'), { resolveHost });
    expect(answer).toMatchObject({ reason: 'AddressRefused', message: expect.stringContaining('10.96.0.1') });
  });

  test('is looked up once, so that a second answer cannot differ', async () => {
    server.put('main.py', 'm');
    const { port } = new URL(server.origin);
    const answers = ['127.0.0.1', '169.254.169.254'];
    const asked: string[] = [];
    const resolveHost = (host: string) => {
      asked.push(host);
      return Promise.resolve([{ address: answers[asked.length - 1] ?? '', family: 4 }]);
    };
    const plan = endpointPlan(`http://minio.minio.svc:${port}`, ['*.svc']);
    const { context } = await workspace.fetch(plan, { resolveHost });
    expect(context).toEqual({ 'app/main.py': 'm' });
    expect(asked).toEqual(['minio.minio.svc']);
  });

  test('is trusted by port, too', async () => {
    server.put('main.py', 'm');
    const { host } = new URL(server.origin);
    expect((await workspace.fetch(endpointPlan(server.origin, [host]))).code).toBe(0);
    expect((await workspace.fetch(endpointPlan(other.origin, [host]))).answer).toMatchObject({
      reason: 'AddressRefused',
    });
  });
});

describe('a redirect', () => {
  test('is followed on the same host, and to another by who has no credentials', async () => {
    other.put('b.py', 'b');
    server.put('a.py', redirectTo('/code/a2.py'));
    server.put('a2.py', redirectTo(`${other.origin}/code/b.py`, 307));
    const { context } = await workspace.fetch(server.planOf('a.py'));
    expect(context).toEqual({ 'app/main.py': 'b' });
  });

  test('fails with credentials to another host, which is not asked', async () => {
    server.put('c.py', redirectTo(`${other.origin}/code/steal.py`));
    const run = await workspace.fetch({ ...server.planOf('c.py'), credentials });
    expect(run.answer).toMatchObject({
      reason: 'RedirectRefused',
      message: expect.stringContaining('carries credentials'),
    });
    expect(other.requests).not.toContain('GET /code/steal.py');
    expectNothingLeft(run);
  });

  test.each(['http://169.254.169.254/latest/meta-data/', 'http://[::ffff:a9fe:a9fe]/'])(
    'fails to the metadata server at %s',
    async (location) => {
      server.put('d.py', redirectTo(location));
      const run = await workspace.fetch(server.planOf('d.py'));
      expect(run.answer).toMatchObject({ reason: 'AddressRefused', message: expect.stringContaining('link-local') });
      expectNothingLeft(run);
    },
  );

  test.each(['file:///etc/passwd', 'ftp://example.com/', 'http://'])('fails to %s', async (location) => {
    server.put('e.py', redirectTo(location));
    expect((await workspace.fetch(server.planOf('e.py'))).answer).toMatchObject({ reason: 'RedirectRefused' });
  });

  test('fails in a circle', async () => {
    server.put('f.py', redirectTo('/code/f.py'));
    expect((await workspace.fetch(server.planOf('f.py'))).answer).toMatchObject({
      reason: 'RedirectRefused',
      message: expect.stringContaining('more than 3 redirects'),
    });
  });
});

describe('an object', () => {
  const tenGigabytes = 10 * 1024 ** 3;

  test('fails by the length that is announced, unread', async () => {
    let sent = 0;
    server.put('announced', (_request, response) => {
      response.writeHead(200, { etag: '"x"', 'content-length': tenGigabytes });
      sent = sendForever(
        response,
        () => sent,
        (bytes) => (sent = bytes),
      );
    });
    const run = await workspace.fetch(server.planOf('announced'));
    expect(run.answer).toMatchObject({
      reason: 'TooLarge',
      message: expect.stringContaining(`${tenGigabytes} bytes to download`),
    });
    expect(sent).toBeLessThan(16 * 1024 ** 2);
    expectNothingLeft(run);
  });

  test('fails by counting where no length is announced', async () => {
    let sent = 0;
    server.put('endless', (_request, response) => {
      response.writeHead(200, { etag: '"x"' });
      sent = sendForever(
        response,
        () => sent,
        (bytes) => (sent = bytes),
      );
    });
    const run = await workspace.fetch({ ...server.planOf('endless'), limits: { downloadBytes: 1024 ** 2 } });
    expect(run.answer).toMatchObject({ reason: 'TooLarge' });
    expect(sent).toBeLessThan(32 * 1024 ** 2);
    expectNothingLeft(run);
  });

  test('fails when it is cut off', async () => {
    server.put('cut', (_request, response) => {
      response.writeHead(200, { etag: '"x"', 'content-length': 1000 });
      response.write('x'.repeat(100), () => response.destroy());
    });
    const run = await workspace.fetch(server.planOf('cut'));
    expect(run.answer).toMatchObject({ reason: 'Truncated', retryable: true });
    expectNothingLeft(run);
  });

  test('fails when it changed since it was resolved', async () => {
    server.put('changed', 'one');
    const { answer } = await workspace.resolve(server.planOf('changed'));
    if (answer.outcome !== 'resolved') throw new Error('not resolved');
    server.put('changed', 'two');
    const run = await workspace.fetch({ ...server.planOf('changed'), expected: answer.version });
    expect(run.answer).toMatchObject({ reason: 'SourceChanged', retryable: true });
    expectNothingLeft(run);
  });

  test('fails when it is stored packed, which only browsers undo', async () => {
    server.put(
      'packed',
      (_request, response) => void response.writeHead(200, { etag: '"x"', 'content-encoding': 'gzip' }).end('x'),
    );
    expect((await workspace.fetch(server.planOf('packed'))).answer).toMatchObject({ reason: 'Unsupported' });
  });
});

describe('a server', () => {
  test.each([
    ['says nothing', () => {}],
    ['stops in the middle', (response: ServerResponse) => void response.writeHead(200, { etag: '"x"' }).write('x')],
  ])('fails when it %s', async (_what, answer) => {
    server.put('slow', (_request, response) => answer(response));
    const run = await workspace.fetch({ ...server.planOf('slow'), limits: { silenceSeconds: 1 } });
    expect(run.answer).toMatchObject({ reason: 'TimedOut', retryable: true });
    expectNothingLeft(run);
  });

  test('fails when it sends a byte now and then', async () => {
    server.put('drip', (_request, response) => {
      response.writeHead(200, { etag: '"x"' });
      void drip(response);
    });
    const run = await workspace.fetch({ ...server.planOf('drip'), limits: { seconds: 1 } });
    expect(run.answer).toMatchObject({ reason: 'TimedOut', message: expect.stringContaining('no end within 1 s') });
    expectNothingLeft(run);
  });

  test('fails when it is not there', async () => {
    const gone = await startHttpServer(() => {});
    await gone.stop();
    const { answer } = await workspace.fetch(endpointPlan(gone.origin, ['127.0.0.1']));
    expect(answer).toMatchObject({
      reason: 'Unreachable',
      retryable: true,
      message: expect.stringContaining('is refused'),
    });
  });

  test('fails when its name is not known', async () => {
    const { answer } = await workspace.fetch(endpointPlan('http://nobody.example.com'), {
      resolveHost: unknownHost,
    });
    expect(answer).toMatchObject({ reason: 'Unreachable', message: expect.stringContaining('host name is not known') });
  });

  test.each([
    [401, 'CredentialsRefused', 2],
    [403, 'Forbidden', 2],
    [404, 'NotFound', 2],
    [429, 'ServerFailed', 3],
    [503, 'ServerFailed', 3],
  ] as const)('fails when it answers %i', async (status, reason, code) => {
    server.put('status', (_request, response) => void response.writeHead(status).end('<Error/>'));
    expect(await workspace.fetch(server.planOf('status'))).toMatchObject({ code, answer: { reason } });
  });

  test('fails when it knows the bucket in another region', async () => {
    server.put(
      'region',
      (_request, response) => void response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' }).end(),
    );
    const { answer } = await workspace.fetch(server.planOf('region'));
    expect(answer).toMatchObject({
      reason: 'RedirectRefused',
      message: expect.stringContaining('the bucket is in eu-west-1'),
    });
  });

  test('fails when it answers with what it was sent, and no secret is shown', async () => {
    server.put(
      'echo',
      (_request, response) =>
        void response.writeHead(403).end('<Error><Code>x</Code><Message>very-secret</Message></Error>'),
    );
    const { answer, printed } = await workspace.fetch({ ...server.planOf('echo'), credentials });
    expect(answer).toMatchObject({ reason: 'Forbidden', message: expect.stringContaining('[redacted]') });
    expect(printed).not.toContain('very-secret');
  });
});

const redirectTo =
  (location: string, status = 302) =>
  (_request: unknown, response: ServerResponse): void =>
    void response.writeHead(status, { location }).end();

const unknownHost = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));

/** Sends as long as the other side takes it, and counts. */
function sendForever(response: ServerResponse, sent: () => number, count: (bytes: number) => void): number {
  const chunk = Buffer.alloc(256 * 1024);
  const send = (): void => {
    if (response.destroyed) return;
    count(sent() + chunk.length);
    response.write(chunk, () => send());
  };
  response.on('error', () => {});
  send();
  return sent();
}

async function drip(response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    response.write('x');
    await sleep(100);
  }
}
