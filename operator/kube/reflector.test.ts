import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { KubeClient } from './client.ts';
import { bearerToken } from './connection.ts';
import { FakeClock } from './fake-clock.ts';
import { ResourceInformer } from './resource-informer.ts';
import { type Mishap, ScriptedServer, type Widget, widgets } from './scripted-server.ts';

let server: ScriptedServer;
let client: KubeClient;
let clock: FakeClock;
let stopping: AbortController;
let told: string[];

const observer = {
  watchRestarted: (name: string) => void told.push(`restarted ${name}`),
  relisted: (name: string, cause: string) => void told.push(`relisted ${name}: ${cause}`),
  heard: () => {},
  sized: () => {},
};

beforeEach(async () => {
  server = await ScriptedServer.start();
  clock = new FakeClock();
  client = new KubeClient({ server: server.url, tls: {}, credentials: bearerToken('t') }, { clock });
  stopping = new AbortController();
  told = [];
});

afterEach(async () => {
  stopping.abort();
  await client.close();
  await server.close();
});

interface Started {
  readonly informer: ResourceInformer<Widget>;
  readonly running: Promise<void>;
  readonly changes: string[];
}

const show = (change: Change<Widget>): string =>
  `${change.type} ${change.object.metadata.name}${change.bulk ? ' (bulk)' : ''}`;

function start(namespaces?: readonly string[]): Started {
  const informer = new ResourceInformer({
    client,
    resource: widgets,
    selection: namespaces === undefined ? {} : { namespaces },
    settings: { clock, random: () => 0.5, pace: { baseMs: 400, capMs: 3200 }, silenceMs: 150_000, observer },
  });
  const changes: string[] = [];
  informer.onChange((change) => changes.push(show(change)));
  return { informer, running: informer.run(stopping.signal), changes };
}

/** Lets the network do its work, without time going on for the reflector. */
async function until(check: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error('not so after 5 s');
    await pause(1);
  }
}

const watching = (count = 1): Promise<void> => until(() => server.watches === count);
/** A watch that ends well within its first second would count as a failure. */
async function watchingForLong(): Promise<void> {
  await watching();
  await pause(5);
  await clock.advance(1000);
}
const asked = (count: number): Promise<void> => until(() => server.requests.length === count);
/** All that is asleep, beside the watchdog or a request's time limit, is the delay before the next attempt. */
const untilFault = ({ informer }: Started): Promise<void> => until(() => informer.fault !== undefined);

const refusal = (status: number, more = {}): Mishap => ({ kind: 'refusal', status, ...more });

describe('the first list', () => {
  test('fills the cache, and listeners hear of it as no hurry', async () => {
    server.put('team/one', 1);
    const { informer, changes } = start();
    expect(informer.synced).toBe(false);
    await informer.whenSynced(stopping.signal);
    expect(informer.cache.get('team/one')).toMatchObject({ kind: 'Widget', spec: { size: 1 } });
    expect(changes).toEqual(['added one (bulk)']);
  });

  test('comes in pages of 500', async () => {
    for (let count = 0; count < 1200; count += 1) server.put(`team/${count}`);
    const { informer } = start();
    await informer.whenSynced(stopping.signal);
    expect(informer.cache.size).toBe(1200);
    const pages = server.requests.filter((url) => url.searchParams.get('limit') === '500');
    expect(pages).toHaveLength(3);
  });

  test('starts anew when the server has forgotten it before the last page', async () => {
    for (let count = 0; count < 600; count += 1) server.put(`team/${count}`);
    const started = start();
    await asked(1);
    server.compact();
    await untilFault(started);
    await clock.advance(400);
    await started.informer.whenSynced(stopping.signal);
    expect(started.informer.cache.size).toBe(600);
  });

  test('is one for each namespace, in one cache', async () => {
    for (const key of ['a/one', 'b/two', 'c/three']) server.put(key);
    const { informer } = start(['a', 'b']);
    await informer.whenSynced(stopping.signal);
    await watching(2);
    server.put('b/four');
    await until(() => informer.cache.get('b/four') !== undefined);
    expect([...informer.cache.list()].map(({ metadata }) => metadata.name).toSorted()).toEqual(['four', 'one', 'two']);
  });

  test('is waited for until a signal', async () => {
    server.next({ kind: 'silence' });
    const { informer } = start();
    const giveUp = new AbortController();
    const waiting = informer.whenSynced(giveUp.signal);
    giveUp.abort(new Error('too late'));
    await expect(waiting).rejects.toThrow('too late');
  });
});

describe('a watch', () => {
  test('goes on from the version of the list, and asks for bookmarks and a random end', async () => {
    server.put('team/one');
    start();
    await watching();
    const query = server.requests.at(-1)?.searchParams;
    expect(Object.fromEntries(query ?? [])).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: server.version,
      timeoutSeconds: '360',
    });
  });

  test('that ends is followed at once by one from the last version', async () => {
    const { informer, changes } = start();
    await watching();
    server.put('team/one');
    await until(() => informer.cache.size === 1);
    server.endWatches('well');
    await until(() => told.length === 1);
    expect(server.requests.at(-1)?.searchParams.get('resourceVersion')).toBe(server.version);
    expect({ told, changes, fault: informer.fault }).toEqual({
      told: ['restarted widgets.example.com'],
      changes: ['added one'],
      fault: undefined,
    });
  });

  test('goes on from a bookmark', async () => {
    const { informer } = start();
    await watching();
    server.bookmark('150');
    server.endWatches('well');
    await watching();
    expect(server.requests.at(-1)?.searchParams.get('resourceVersion')).toBe('150');
    expect(informer.fault).toBeUndefined();
  });

  test.each(['broken', 'within a line'] as const)('that ends %s is followed after a delay', async (how) => {
    const started = start();
    await watching();
    server.endWatches(how);
    await untilFault(started);
    await clock.advance(299);
    expect(server.requests).toHaveLength(2);
    await clock.advance(1);
    await until(() => started.informer.fault === undefined);
    expect(told).toEqual(['restarted widgets.example.com']);
  });

  test('that brings nothing and ends at once is not followed at once', async () => {
    const started = start();
    await watching();
    server.next({ kind: 'end at once' });
    server.endWatches('broken');
    await untilFault(started);
    await clock.advance(300);
    await asked(3);
    await until(() => started.informer.fault?.message.includes('ended at once') === true);
    expect(server.requests).toHaveLength(3);
  });

  test('that is silent is given up for another one', async () => {
    const { informer } = start();
    await watching();
    server.silenceWatches();
    server.put('team/unheard');
    await clock.advance(149_999);
    expect(informer.fault).toBeUndefined();
    await clock.advance(1);
    await until(() => informer.fault !== undefined);
    expect(informer.fault?.message).toBe('widgets.example.com: the watch was silent for 150 s');
    await clock.advance(300);
    await until(() => informer.cache.get('team/unheard') !== undefined);
    expect(told).toEqual(['restarted widgets.example.com']);
  });

  test('that hears a bookmark now and then is not given up', async () => {
    const { informer } = start();
    await watching();
    for (let minutes = 0; minutes < 5; minutes += 1) {
      await clock.advance(60_000);
      server.bookmark(String(200 + minutes));
      await pause(5);
    }
    expect(informer.fault).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });
});

describe('a version that the server has forgotten', () => {
  test('leads to a list, and listeners hear of the difference', async () => {
    for (const key of ['team/same', 'team/changed', 'team/gone', 'team/replaced']) server.put(key);
    const started = start();
    await watchingForLong();
    server.silenceWatches();
    started.changes.length = 0;
    const same = started.informer.cache.get('team/same');
    server.put('team/changed', 5);
    server.remove('team/gone');
    server.put('team/new');
    server.remove('team/replaced');
    server.put('team/replaced');
    server.compact();
    server.endWatches('well');
    await untilFault(started);
    await clock.advance(300);
    await until(() => told.length === 2);
    expect(told).toEqual(['relisted widgets.example.com: expired', 'restarted widgets.example.com']);
    expect(started.changes).toEqual([
      'deleted gone (bulk)',
      'updated changed (bulk)',
      'added new (bulk)',
      'deleted replaced (bulk)',
      'added replaced (bulk)',
    ]);
    expect(started.informer.cache.get('team/same')).toBe(same);
  });

  test('is told of inside a watch too', async () => {
    const started = start();
    await watching();
    server.sendLine(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }));
    await untilFault(started);
    await clock.advance(300);
    await watching();
    expect(told).toContain('relisted widgets.example.com: expired');
  });
});

describe('a failure', () => {
  test.each<{ name: string; mishap: Mishap; relists: readonly string[] }>([
    { name: 'a dropped connection', mishap: { kind: 'drop' }, relists: [] },
    { name: '401', mishap: refusal(401), relists: [] },
    { name: '403', mishap: refusal(403), relists: [] },
    { name: '429', mishap: refusal(429), relists: [] },
    { name: '500', mishap: refusal(500), relists: [] },
    { name: '503 from a proxy', mishap: { kind: 'text', status: 503, text: '<html>busy</html>' }, relists: [] },
    { name: '400', mishap: refusal(400), relists: ['relisted widgets.example.com: failed'] },
    { name: '404', mishap: refusal(404), relists: ['relisted widgets.example.com: failed'] },
    {
      name: 'what is no JSON',
      mishap: { kind: 'text', status: 200, text: 'hello\n' },
      relists: ['relisted widgets.example.com: failed'],
    },
  ])('$name of a watch is survived', async ({ mishap, relists }) => {
    const started = start();
    await watchingForLong();
    server.next(mishap);
    server.endWatches('well');
    server.put('team/missed');
    await untilFault(started);
    await clock.advance(300);
    await until(() => started.informer.cache.get('team/missed') !== undefined);
    await until(() => started.informer.fault === undefined);
    expect(told.filter((line) => line.startsWith('relisted'))).toEqual(relists);
  });

  test('of the list is survived', async () => {
    server.put('team/one');
    server.next({ kind: 'drop within the body' }, refusal(500));
    const started = start();
    await untilFault(started);
    await clock.advance(300);
    await asked(2);
    await until(() => started.informer.fault?.message.includes('500') === true);
    await clock.advance(600);
    await started.informer.whenSynced(stopping.signal);
    expect(started.informer.cache.size).toBe(1);
  });

  test('waits for as long as the server asks', async () => {
    server.next(refusal(429, { retryAfterSeconds: 7 }));
    const started = start();
    await untilFault(started);
    await clock.advance(7000);
    expect(server.requests).toHaveLength(1);
    await clock.advance(701);
    await started.informer.whenSynced(stopping.signal);
    expect(server.requests.length).toBeGreaterThan(1);
  });

  test('of an answer that does not come ends with the time limit', async () => {
    server.next({ kind: 'silence' });
    const started = start();
    await asked(1);
    await clock.advance(30_000);
    await untilFault(started);
    expect(started.informer.fault).toEqual({
      message: `widgets.example.com: GET ${server.url}/apis/example.com/v1/widgets: no answer within 30000 ms`,
      since: 30_000,
    });
  });

  test('of one namespace leaves the others alone', async () => {
    server.put('b/one');
    server.next(refusal(403, { reason: 'Forbidden' }));
    const started = start(['a', 'b']);
    await untilFault(started);
    await watching(1);
    expect(started.informer.synced).toBe(false);
    expect(started.informer.cache.size).toBe(1);
    expect(started.informer.fault?.message).toMatch(
      /^widgets\.example\.com in [ab]: refused with 403 Forbidden; grant/,
    );
  });

  test('keeps the time of the first in a row', async () => {
    server.next(refusal(500), refusal(500));
    const started = start();
    await untilFault(started);
    await clock.advance(300);
    await asked(2);
    await until(() => clock.sleeping === 1);
    expect(started.informer.fault?.since).toBe(0);
  });
});

describe('an event', () => {
  test('that comes again changes nothing', async () => {
    const { informer, changes } = start();
    await watching();
    server.put('team/one');
    server.put('team/one', 2);
    server.repeatLast(2);
    server.remove('team/one');
    server.repeatLast(3);
    server.put('team/end');
    await until(() => informer.cache.get('team/end') !== undefined || informer.fault !== undefined);
    await clock.advance(300);
    await until(() => informer.cache.get('team/end') !== undefined);
    expect([...informer.cache.list()].map(({ metadata }) => metadata.name)).toEqual(['end']);
    expect(changes.slice(0, 3)).toEqual(['added one', 'updated one', 'deleted one']);
  });

  test('that was overtaken is not taken for the present', async () => {
    server.put('team/one');
    server.put('team/two');
    const { informer } = start();
    await watching();
    server.putReordered('team/one', 'team/one');
    server.putReordered('team/one', 'team/two');
    server.put('team/end');
    await until(() => informer.cache.get('team/end') !== undefined);
    for (const [key, object] of server.objects) expect(informer.cache.get(key)).toEqual(object);
    expect(told).toEqual([]);
  });

  test('out of order, of an object that is not known, leads to a list', async () => {
    const started = start();
    await watching();
    server.putReordered('team/one', 'team/two');
    await untilFault(started);
    await clock.advance(300);
    await until(() => started.informer.cache.size === 2);
    expect(told).toContain('relisted widgets.example.com: disorder');
  });

  test('of another kind of database leads to a list', async () => {
    const started = start();
    await watching();
    server.bookmark('50');
    await untilFault(started);
    expect(told).toContain('relisted widgets.example.com: disorder');
  });
});

describe('a run', () => {
  test('ends with its signal, and leaves no connection', async () => {
    const { running } = start(['a', 'b']);
    await watching(2);
    stopping.abort();
    await running;
    await watching(0);
    expect(clock.sleeping).toBe(0);
  });

  test('ends while it waits for the next attempt', async () => {
    server.next({ kind: 'drop' });
    const started = start();
    await untilFault(started);
    stopping.abort();
    await expect(started.running).resolves.toBeUndefined();
  });

  test('fails with what a listener threw', async () => {
    const { informer, running } = start(['a', 'b']);
    informer.onChange(() => {
      throw new Error('a defect');
    });
    server.put('a/one');
    await expect(running).rejects.toMatchObject({
      message: expect.stringContaining('listener'),
      cause: { message: 'a defect' },
    });
    await watching(0);
  });

  test('fails a second time', async () => {
    const { informer } = start();
    await expect(informer.run(stopping.signal)).rejects.toThrow('runs already');
    expect(() => informer.addIndex('late', () => [])).toThrow('too late');
  });
});
