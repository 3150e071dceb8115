import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Change } from './change.ts';
import { KubeClient } from './client.ts';
import { bearerToken } from './connection.ts';
import { FakeClock } from './fake-clock.ts';
import { silentReflectorObserver } from './observer.ts';
import { ResourceInformer } from './resource-informer.ts';
import { type Mishap, ScriptedServer, type Widget, widgets } from './scripted-server.ts';

/** What changes on the server, or goes wrong between the server and the reflector. */
type Step =
  | { readonly do: 'put'; readonly key: string; readonly size: number }
  | { readonly do: 'remove'; readonly key: string }
  | { readonly do: 'put in the wrong order'; readonly keys: readonly [string, string] }
  | { readonly do: 'remove in the wrong order'; readonly key: string }
  | { readonly do: 'repeat the last'; readonly count: number }
  | { readonly do: 'send a bookmark' }
  | { readonly do: 'end the watches'; readonly how: 'well' | 'broken' | 'within a line' }
  | { readonly do: 'silence the watches' }
  | { readonly do: 'compact' }
  | { readonly do: 'send an error'; readonly status: number }
  | { readonly do: 'fail the next requests'; readonly mishaps: readonly Mishap[] }
  | { readonly do: 'let time pass'; readonly ms: number };

const key = fc.constantFrom('a/one', 'a/two', 'a/three', 'b/one', 'b/two', 'c/one');

const mishap = fc.oneof(
  fc.record({
    kind: fc.constant('refusal' as const),
    status: fc.constantFrom(400, 401, 403, 404, 410, 429, 500, 503),
    retryAfterSeconds: fc.constantFrom(1, 3),
  }),
  fc.constantFrom<Mishap>(
    { kind: 'drop' },
    { kind: 'drop within the body' },
    { kind: 'end at once' },
    { kind: 'silence' },
    { kind: 'text', status: 200, text: '{"type":' },
  ),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('put' as const), key, size: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('put in the wrong order' as const), keys: fc.tuple(key, key) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove in the wrong order' as const), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('repeat the last' as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'send a bookmark' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('end the watches' as const),
      how: fc.constantFrom('well' as const, 'broken' as const, 'within a line' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'silence the watches' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'compact' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('send an error' as const), status: fc.constantFrom(410, 429, 500) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail the next requests' as const),
      mishaps: fc.array(mishap, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('let time pass' as const), ms: fc.constantFrom(0, 100, 2000, 25_000) }),
  },
);

const changes = ['put', 'remove', 'put in the wrong order', 'remove in the wrong order', 'repeat the last'] as const;
type ServerStep = Exclude<Step, { readonly do: 'let time pass' }>;
type ChangeStep = Extract<Step, { readonly do: (typeof changes)[number] }>;

const isChange = (one: Step): one is ChangeStep => changes.some((kind) => kind === one.do);

function change(server: ScriptedServer, one: ChangeStep): void {
  switch (one.do) {
    case 'put':
      return server.put(one.key, one.size);
    case 'remove':
      return server.remove(one.key);
    case 'put in the wrong order':
      return server.putReordered(...one.keys);
    case 'remove in the wrong order':
      return server.removeReordered(one.key);
    case 'repeat the last':
      return server.repeatLast(one.count);
  }
}

function disturb(server: ScriptedServer, one: Exclude<ServerStep, ChangeStep>): void {
  switch (one.do) {
    case 'send a bookmark':
      return server.bookmark();
    case 'end the watches':
      return server.endWatches(one.how);
    case 'silence the watches':
      return server.silenceWatches();
    case 'compact':
      return server.compact();
    case 'send an error':
      return server.sendLine(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: one.status } }));
    case 'fail the next requests':
      return server.next(...one.mishaps);
  }
}

/** The state that a listener has put together from the differences alone, and those that did not fit. */
class Shadow {
  readonly objects = new Map<string, Widget>();
  readonly misfits: Change<Widget>[] = [];

  readonly hear = (heard: Change<Widget>): void => {
    const { namespace, name } = heard.object.metadata;
    const at = `${namespace}/${name}`;
    if (!fits(heard, this.objects.get(at))) this.misfits.push(heard);
    if (heard.type === 'deleted') this.objects.delete(at);
    else this.objects.set(at, heard.object);
  };
}

function fits(heard: Change<Widget>, before: Widget | undefined): boolean {
  const isSameObject = before?.metadata.uid === heard.object.metadata.uid;
  switch (heard.type) {
    case 'added':
      return before === undefined;
    case 'updated':
      return before === heard.before && isSameObject && before !== heard.object;
    case 'deleted':
      return isSameObject;
  }
}

const pace = { baseMs: 400, capMs: 3200 };

interface Run {
  readonly server: ScriptedServer;
  readonly clock: FakeClock;
  readonly informer: ResourceInformer<Widget>;
  readonly shadow: Shadow;
}

const contents = (objects: Iterable<Widget>): readonly string[] =>
  [...objects].map((object) => JSON.stringify([object.metadata, object.spec])).toSorted();

function isEqual({ server, informer, shadow }: Run): boolean {
  const [wanted, cached, heard] = [server.objects.values(), informer.cache.list(), shadow.objects.values()].map((one) =>
    contents(one).join('\n'),
  );
  return informer.synced && wanted === cached && wanted === heard;
}

/** Until the cache equals the server and stays so while what is on its way arrives. */
async function settle(run: Run): Promise<void> {
  let calm = 0;
  for (let turns = 0; calm < 5 && turns < 800; turns += 1) {
    await pause(1);
    // little by little, so that answers on their way are not overtaken by their time limit
    await run.clock.advance(200);
    calm = isEqual(run) && run.informer.fault === undefined ? calm + 1 : 0;
  }
}

/** What must be the same in the end: on the server, in the cache, in its index, and for who listened. */
interface Ending {
  readonly server: readonly string[];
  readonly cache: readonly string[];
  readonly index: readonly string[];
  readonly listener: readonly string[];
  readonly misfits: readonly Change<Widget>[];
}

const sizes = Array.from({ length: 10 }, (_, size) => String(size));

async function runSteps(steps: readonly Step[], namespaces: readonly string[] | undefined): Promise<Ending> {
  const server = await ScriptedServer.start();
  const clock = new FakeClock();
  const client = new KubeClient({ server: server.url, tls: {}, credentials: bearerToken('t') }, { clock });
  const informer = new ResourceInformer({
    client,
    resource: widgets,
    selection: namespaces === undefined ? {} : { namespaces },
    settings: { clock, random: () => 0.5, pace, silenceMs: 20_000, observer: silentReflectorObserver },
  });
  informer.addIndex('size', ({ spec }) => [String(spec.size)]);
  const shadow = new Shadow();
  informer.onChange(shadow.hear);
  const stopping = new AbortController();
  const running = informer.run(stopping.signal);
  try {
    for (const one of steps) await take(server, clock, one);
    await settle({ server, clock, informer, shadow });
    return {
      server: contents(server.objects.values()),
      cache: contents(informer.cache.list()),
      index: contents(sizes.flatMap((size) => informer.cache.byIndex('size', size))),
      listener: contents(shadow.objects.values()),
      misfits: shadow.misfits,
    };
  } finally {
    stopping.abort();
    await running;
    await client.close();
    await server.close();
  }
}

async function take(server: ScriptedServer, clock: FakeClock, one: Step): Promise<void> {
  if (one.do === 'let time pass') await clock.advance(one.ms);
  else if (isChange(one)) change(server, one);
  else disturb(server, one);
  // what is in the wrong order arrives whole: no client can know what a broken connection has kept back
  await pause(one.do.endsWith('in the wrong order') ? 3 : 0);
}

test.each([
  { name: 'one watch', namespaces: undefined },
  { name: 'a watch for each namespace', namespaces: ['a', 'b', 'c'] },
])(
  'with $name the cache equals the server in the end, and listeners heard each difference, whatever goes wrong',
  async ({ namespaces }) => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const ending = await runSteps(steps, namespaces);
      const { server } = ending;
      expect(ending).toEqual({ server, cache: server, index: server, listener: server, misfits: [] });
    });
    await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 60_000 });
  },
  120_000,
);
