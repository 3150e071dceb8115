import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientOptions, KubeClient } from './client.ts';
import { systemClock } from './clock.ts';
import { bearerToken } from './connection.ts';
import { FakeClock } from './fake-clock.ts';
import { ScriptedServer, widgets } from './scripted-server.ts';

let server: ScriptedServer;
let requested: string[];

beforeEach(async () => {
  server = await ScriptedServer.start();
  requested = [];
});

afterEach(() => server.close());

async function using<R>(
  use: (client: KubeClient) => Promise<R>,
  clock = systemClock,
  path = '',
  more: Pick<ClientOptions, 'mayWrite' | 'requestRate'> = {},
): Promise<R> {
  const connection = { server: `${server.url}${path}`, tls: {}, credentials: bearerToken('t') };
  const observer = {
    requested: (method: string, code: string, seconds: number) => {
      expect(seconds).toBeGreaterThanOrEqual(0);
      requested.push(`${method} ${code}`);
    },
  };
  const client = new KubeClient(connection, { clock, observer, ...more });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const reference = { namespace: 'team', name: 'one' };

describe('a request', () => {
  test('goes below the path of the server', async () => {
    server.next({ kind: 'refusal', status: 404 });
    await using((client) => expect(client.get(widgets, reference)).rejects.toThrow('404'), systemClock, '/cluster/');
    expect(server.requests.map(({ pathname }) => pathname)).toEqual([
      '/cluster/apis/example.com/v1/namespaces/team/widgets/one',
    ]);
    expect(requested).toEqual(['GET 404']);
  });

  test('ends with its time limit', async () => {
    server.next({ kind: 'silence' });
    const clock = new FakeClock();
    await using(async (client) => {
      const attempt = client.get(widgets, reference, { timeoutMs: 500 });
      await clock.advance(500);
      await expect(attempt).rejects.toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('500 ms') });
    }, clock);
    expect(requested).toEqual(['GET <error>']);
    expect(clock.sleeping).toBe(0);
  });

  test('ends with the signal of the caller, and with its reason', async () => {
    server.next({ kind: 'silence' });
    const controller = new AbortController();
    await using(async (client) => {
      const attempt = client.get(widgets, reference, { signal: controller.signal });
      controller.abort(new Error('no longer wanted'));
      await expect(attempt).rejects.toThrow('no longer wanted');
    });
  });

  test('fails on an answer that is not of the kind', async () => {
    server.next({ kind: 'text', status: 200, text: '{"kind":"Widget"}' }, { kind: 'text', status: 200, text: 'hello' });
    await using(async (client) => {
      await expect(client.get(widgets, reference)).rejects.toThrow('sent no object for widgets.example.com');
      await expect(client.get(widgets, reference)).rejects.toThrow('sent what is no JSON for widgets.example.com');
    });
  });

  test('fails with what the network said, and names itself', async () => {
    server.next({ kind: 'drop' });
    await using((client) =>
      expect(client.get(widgets, reference)).rejects.toMatchObject({
        name: 'ConnectionError',
        message: `GET ${server.url}/apis/example.com/v1/namespaces/team/widgets/one: other side closed`,
      }),
    );
  });
});

describe('a client', () => {
  test('fails before it sends a write that it may not send, and reads on', async () => {
    server.next({ kind: 'refusal', status: 404 });
    await using(
      async (client) => {
        const written = client.apply(widgets, { metadata: reference }, { fieldManager: 'test' });
        await expect(written).rejects.toMatchObject({
          name: 'WriteRefusedError',
          message: expect.stringMatching(/^PATCH .*widgets\/one: not sent/),
        });
        await expect(client.get(widgets, reference)).rejects.toThrow('404');
      },
      systemClock,
      '',
      { mayWrite: () => false },
    );
    expect(requested).toEqual(['GET 404']);
  });

  test('sends no more requests in a second than it is allowed, and lets one that waits go', async () => {
    server.next({ kind: 'refusal', status: 404 }, { kind: 'refusal', status: 404 });
    const clock = new FakeClock();
    await using(
      async (client) => {
        const leaving = new AbortController();
        await expect(client.get(widgets, reference)).rejects.toThrow('404');
        const second = client.get(widgets, reference).catch(String);
        const third = client.get(widgets, reference, { signal: leaving.signal }).catch(String);
        await clock.advance(499);
        expect(requested).toHaveLength(1);
        leaving.abort(new Error('no longer'));
        expect(await third).toContain('no longer');
        await clock.advance(1);
        expect(await second).toContain('404');
        expect(requested).toHaveLength(2);
      },
      clock,
      '',
      { requestRate: { perSecond: 2, burst: 1 } },
    );
  });

  test('lets go of a signal that outlives its requests', async () => {
    const controller = new AbortController();
    await using(async (client) => {
      for await (const page of client.list(widgets, {}, { signal: controller.signal })) expect(page.items).toEqual([]);
    });
    expect(EventEmitter.getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
