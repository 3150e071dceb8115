import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { type EventFaultKind, type ExchangeFaultKind, faultKinds, isRefusal, refusals } from './fault.ts';
import { calm, type FaultPlan } from './fault-plan.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

const events = ['one', 'two', 'three'].map((name) => `${JSON.stringify({ type: 'ADDED', object: { name } })}\n`);
const [one = '', two = '', three = ''] = events;
const list = JSON.stringify({ items: Array.from({ length: 100 }, (_, index) => index) });

/** Requests that the server has seen, and its open watches. */
let seen: string[] = [];
let watches: ServerResponse[] = [];

const server = createServer((incoming, response) => {
  seen.push(`${incoming.method} ${incoming.url}`);
  response.setHeader('content-type', 'application/json');
  if (!incoming.url?.includes('watch=true')) return void response.end(list);
  watches.push(response);
  for (const event of events) response.write(event);
});

const dispatcher = new Agent();
let proxy: FaultProxy;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  proxy = await startFaultProxy({ url: `http://127.0.0.1:${port}`, dispatcher });
});

afterEach(() => {
  for (const watch of watches) watch.end();
  proxy.follow(calm);
  seen = [];
  watches = [];
});

afterAll(async () => {
  await proxy.close();
  await dispatcher.destroy();
  server.closeAllConnections();
  server.close();
});

/** Answers the fault once. */
function onlyOnce<T>(fault: T): () => T | undefined {
  const left = [fault];
  return () => left.pop();
}

const at = 0.5;
const onExchange = (kind: ExchangeFaultKind): FaultPlan => ({ ...calm, nextExchange: onlyOnce({ kind, at }) });
const onFirstEvent = (kind: EventFaultKind): FaultPlan => ({ ...calm, nextEvent: onlyOnce({ kind, at }) });

interface Answer {
  readonly status: number | 'none';
  readonly text: string;
  readonly ending: 'whole' | 'broken' | 'silent';
}

const patienceMs = 600;

/** What a client gets of an answer until it ends, breaks or brings nothing for too long. */
async function receive(path: string, method: 'GET' | 'POST' = 'GET'): Promise<Answer> {
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), patienceMs);
  const ending = (): Answer['ending'] => (impatience.signal.aborted ? 'silent' : 'broken');
  let status: Answer['status'] = 'none';
  let text = '';
  try {
    const { statusCode, body } = await request(`${proxy.url}${path}`, {
      method,
      dispatcher,
      signal: impatience.signal,
    });
    status = statusCode;
    for await (const chunk of body) {
      text += String(chunk);
      timer.refresh();
    }
    return { status, text, ending: 'whole' };
  } catch {
    return { status, text, ending: ending() };
  } finally {
    clearTimeout(timer);
  }
}

const watchPath = '/watched?watch=true';
const listPath = '/listed?limit=500';

describe('the proxy', () => {
  test('passes everything while no plan wants a fault', async () => {
    await expect(receive(listPath)).resolves.toEqual({ status: 200, text: list, ending: 'whole' });
    await expect(receive(watchPath)).resolves.toEqual({ status: 200, text: events.join(''), ending: 'silent' });
  });

  test('ends a watch when the server does', async () => {
    const receiving = receive(watchPath);
    while (watches.length === 0) await sleep(5);
    watches[0]?.end();
    await expect(receiving).resolves.toEqual({ status: 200, text: events.join(''), ending: 'whole' });
  });

  test('ends the request of a client that has gone', async () => {
    await receive(watchPath);
    const [watch] = watches;
    if (watch !== undefined && !watch.closed) await once(watch, 'close');
    expect(watch?.closed).toBe(true);
  });

  test('counts what has happened', async () => {
    const before = proxy.happened.get('drop-answer') ?? 0;
    proxy.follow(onExchange('drop-answer'));
    await receive(listPath);
    await receive(listPath);
    expect(proxy.happened.get('drop-answer')).toBe(before + 1);
  });
});

describe('a fault of an exchange', () => {
  const nothing = { status: 'none', text: '' } as const;

  test.each([
    { kind: 'drop-request', reaches: 0, answer: { ...nothing, ending: 'broken' } },
    { kind: 'stall-request', reaches: 0, answer: { ...nothing, ending: 'silent' } },
    { kind: 'drop-answer', reaches: 1, answer: { ...nothing, ending: 'broken' } },
    { kind: 'cut-headers', reaches: 1, answer: { ...nothing, ending: 'broken' } },
    { kind: 'cut-body', reaches: 1, answer: { status: 200, text: list.slice(0, list.length / 2), ending: 'broken' } },
  ] as const)('$kind lets $reaches requests reach the server', async ({ kind, reaches, answer }) => {
    proxy.follow(onExchange(kind));
    await expect(receive('/written', 'POST')).resolves.toEqual(answer);
    expect(seen).toHaveLength(reaches);
  });

  test('slow-body takes its time and is whole', async () => {
    proxy.follow(onExchange('slow-body'));
    const startedAt = performance.now();
    await expect(receive(listPath)).resolves.toEqual({ status: 200, text: list, ending: 'whole' });
    expect(performance.now() - startedAt).toBeGreaterThan(250);
  });

  test.each(faultKinds.list.filter(isRefusal))(
    '%s is a Status of the API and never reaches the server',
    async (kind) => {
      proxy.follow(onExchange(kind));
      const { statusCode, headers, body } = await request(`${proxy.url}${listPath}`, { dispatcher });
      expect(statusCode).toBe(refusals[kind].status);
      expect(headers['retry-after']).toBe(kind === 'too-many-requests' ? '1' : undefined);
      await expect(body.json()).resolves.toMatchObject({ kind: 'Status', code: refusals[kind].status });
      expect(seen).toEqual([]);
    },
  );
});

describe('a fault of an event', () => {
  const half = one.slice(0, one.length / 2);

  test.each([
    { kind: 'cut-event', text: half, ending: 'broken' },
    { kind: 'truncate-event', text: half, ending: 'whole' },
    { kind: 'duplicate-event', text: one + one + two + three, ending: 'silent' },
    { kind: 'reorder-events', text: two + one + three, ending: 'silent' },
    { kind: 'pause-watch', text: events.join(''), ending: 'silent' },
    { kind: 'stall-watch', text: '', ending: 'silent' },
    { kind: 'end-watch', text: '', ending: 'whole' },
  ] as const)('$kind', async ({ kind, text, ending }) => {
    proxy.follow(onFirstEvent(kind));
    await expect(receive(watchPath)).resolves.toEqual({ status: 200, text, ending });
  });

  test.each([
    { kind: 'expired-event', code: 410 },
    { kind: 'failed-event', code: 500 },
  ] as const)('$kind is an ERROR of code $code, and the end', async ({ kind, code }) => {
    proxy.follow(onFirstEvent(kind));
    const { text, ending } = await receive(watchPath);
    expect(JSON.parse(text)).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code } });
    expect(ending).toBe('whole');
  });

  test('reorder-events passes an event that nothing overtakes', async () => {
    const lastOfThree = [undefined, undefined, { kind: 'reorder-events', at } as const];
    proxy.follow({ ...calm, nextEvent: () => lastOfThree.shift() });
    await expect(receive(watchPath)).resolves.toEqual({ status: 200, text: events.join(''), ending: 'silent' });
  });
});
