import { afterEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import type { KubernetesObject, ObjectMeta } from '../kube/object.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { MemoryInformer } from './memory-informer.ts';
import { done, type Outcome, requeueAfter, terminal, waiting } from './outcome.ts';
import type { Reconcile, ReconcileContext } from './pass.ts';
import { watchOwn, watchOwned } from './watches.ts';

const parentKind = { group: 'test.io', kind: 'Parent', namespaced: true } as const;

function parent(name: string, metadata: Partial<ObjectMeta> = {}): KubernetesObject {
  return {
    apiVersion: 'test.io/v1',
    kind: 'Parent',
    metadata: { name, namespace: 'n', uid: name, resourceVersion: '1', creationTimestamp: '', ...metadata },
  };
}

function child(name: string, owner: string, uid = name): KubernetesObject {
  const reference = { apiVersion: 'test.io/v1', kind: 'Parent', name: owner, uid: owner, controller: true };
  return { ...parent(name, { uid, ownerReferences: [reference] }), kind: 'Child' };
}

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A controller over two kinds that is running; every pass is recorded. */
function start(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const clock = new FakeClock();
  const parents = new MemoryInformer<KubernetesObject>('parents.test.io');
  const children = new MemoryInformer<KubernetesObject>('children.test.io');
  const passes: string[] = [];
  const controller = new Controller({
    name: 'parent',
    workers: 2,
    timeoutMs: 60_000,
    watches: [watchOwn(parents), watchOwned(children, parentKind)],
    clock,
    random: () => 0.5,
    reconcile: (key, context) => {
      passes.push(`${key} at ${clock.now()}`);
      return reconcile(key, context);
    },
    ...options,
  });
  const [stop, abort] = [new AbortController(), new AbortController()];
  stops.push(stop, abort);
  let mayAct = true;
  const ended = controller.run({ stop: stop.signal, abort: abort.signal, mayAct: () => mayAct });
  return {
    clock,
    parents,
    children,
    passes,
    controller,
    stop,
    abort,
    ended,
    loseLeaseSilently: () => {
      mayAct = false;
    },
  };
}

const succeed: Reconcile = () => Promise.resolve(done);

/** A pass that a test ends. */
function pending() {
  const ends: ((outcome: Outcome) => void)[] = [];
  const contexts: ReconcileContext[] = [];
  const reconcile: Reconcile = (_, context) => {
    contexts.push(context);
    return new Promise((resolve) => ends.push(resolve));
  };
  return { ends, contexts, reconcile };
}

describe('a controller', () => {
  test('passes over what the cache holds, then over what changes', async () => {
    const { clock, parents, children, passes } = start(succeed);
    parents.sync(parent('a'), parent('b'));
    await clock.advance(1);
    children.put(child('x', 'b'));
    children.put(parent('stray'));
    parents.remove('n/a');
    await clock.advance(1);
    expect(passes).toEqual(['n/a at 0', 'n/b at 0', 'n/b at 1', 'n/a at 1']);
  });

  test('runs as many passes at once as it has workers, and never two over one key', async () => {
    const { ends, reconcile } = pending();
    const { clock, parents, passes } = start(reconcile);
    parents.sync(parent('a'), parent('b'), parent('c'));
    parents.put(parent('a', { resourceVersion: '2' }));
    await clock.advance(1);
    expect(passes).toEqual(['n/a at 0', 'n/b at 0']);
    ends[1]?.(done);
    await clock.advance(1);
    expect(passes).toHaveLength(3);
    ends[0]?.(done);
    await clock.advance(1);
    expect(passes.slice(2)).toEqual(['n/c at 1', 'n/a at 2']);
  });

  test.each([
    { outcome: done, times: [0] },
    { outcome: terminal('Unsupported', 'no such runtime'), times: [0] },
    { outcome: requeueAfter(100), times: [0, 100, 200] },
    { outcome: waiting('Build', 150), times: [0, 150] },
  ])('comes back after $outcome.kind when it says', async ({ outcome, times }) => {
    const { clock, parents, passes } = start(() => Promise.resolve(outcome));
    parents.sync(parent('a'));
    await clock.advance(299);
    expect(passes).toEqual(times.map((time) => `n/a at ${time}`));
  });

  test('tries again with backoff what throws, in whatever way, and others meanwhile', async () => {
    const thrown: readonly (() => Promise<Outcome>)[] = [
      () => Promise.reject(new Error('no answer')),
      () => {
        throw new TypeError('not a function');
      },
      () => Promise.reject(),
    ];
    let tries = 0;
    const { clock, parents, passes } = start((key) =>
      key === 'n/a' ? (thrown[tries++]?.() ?? Promise.resolve(done)) : Promise.resolve(done),
    );
    parents.sync(parent('a'), parent('b'));
    await clock.advance(1000);
    expect(passes).toEqual(['n/a at 0', 'n/b at 0', 'n/a at 5', 'n/a at 15', 'n/a at 35']);
  });

  test('starts the backoff anew after a success', async () => {
    let tries = 0;
    const failures: number[] = [];
    const { clock, parents, passes } = start((_, context) => {
      failures.push(context.failures);
      return tries++ % 2 === 0 ? Promise.reject(new Error('odd')) : Promise.resolve(done);
    });
    parents.sync(parent('a'));
    await clock.advance(100);
    parents.put(parent('a', { resourceVersion: '2' }));
    await clock.advance(100);
    expect(passes).toEqual(['n/a at 0', 'n/a at 5', 'n/a at 100', 'n/a at 105']);
    expect(failures).toEqual([0, 1, 0, 1]);
  });
});

describe('a pass past its time', () => {
  test('is told so, frees its worker, and keeps its key until it ends', async () => {
    const { ends, contexts, reconcile } = pending();
    const { clock, parents, passes } = start(reconcile, { workers: 1, timeoutMs: 1000 });
    parents.sync(parent('a'), parent('b'));
    await clock.advance(1000);
    expect(contexts[0]?.signal.reason).toEqual(
      new Error('no end after 1 s; the pass was told to stop and its key is tried again'),
    );
    expect(passes).toEqual(['n/a at 0', 'n/b at 1000']);
    parents.put(parent('a', { resourceVersion: '2' }));
    ends[1]?.(done);
    await clock.advance(100);
    expect(passes).toHaveLength(2);
    ends[0]?.(done);
    await clock.advance(100);
    expect(passes).toEqual(['n/a at 0', 'n/b at 1000', 'n/a at 1100']);
  });
});

const creatingChild =
  (answer: () => Promise<void>): Reconcile =>
  async (_, { creating }) => {
    await creating('children.test.io n/x', answer);
    return requeueAfter(10);
  };

describe('the creation of a child', () => {
  test('holds further passes back until the cache shows the child', async () => {
    const { clock, parents, children, passes } = start(creatingChild(() => Promise.resolve()));
    parents.sync(parent('a'));
    await clock.advance(500);
    parents.put(parent('a', { resourceVersion: '2' }));
    await clock.advance(500);
    expect(passes).toEqual(['n/a at 0']);
    children.put(child('x', 'a'));
    await clock.advance(1);
    expect(passes).toEqual(['n/a at 0', 'n/a at 1000']);
  });

  test('is not answered by an update of the child that had the name before', async () => {
    const { clock, parents, children, passes } = start(creatingChild(() => Promise.resolve()));
    children.sync(child('x', 'other', 'old'));
    parents.sync(parent('a'));
    await clock.advance(1);
    children.put({ ...child('x', 'other', 'old') });
    await clock.advance(20);
    expect(passes.filter((pass) => pass.startsWith('n/a'))).toEqual(['n/a at 0']);
    children.put(child('x', 'a', 'new'));
    await clock.advance(1);
    expect(passes.filter((pass) => pass.startsWith('n/a'))).toEqual(['n/a at 0', 'n/a at 21']);
  });

  test('holds nothing back when it fails', async () => {
    const { clock, parents, passes } = start(creatingChild(() => Promise.reject(new Error('quota'))));
    parents.sync(parent('a'));
    await clock.advance(5);
    expect(passes).toEqual(['n/a at 0', 'n/a at 5']);
  });

  test('is given up after five minutes', async () => {
    const { clock, parents, passes } = start(creatingChild(() => Promise.resolve()));
    parents.sync(parent('a'));
    await clock.advance(300_000);
    expect(passes).toEqual(['n/a at 0', 'n/a at 300000']);
  });
});

describe('a resync', () => {
  test('gives every own key a pass about once a period, spread over its last part', async () => {
    let random = 0;
    const { clock, parents, children, passes } = start(succeed, {
      resyncMs: 10_000,
      random: () => (random = (random + 0.3) % 1),
    });
    parents.sync(parent('a'), parent('b'));
    children.sync(child('x', 'gone'));
    await clock.advance(1);
    passes.length = 0;
    await clock.advance(11_000);
    expect(passes.map((pass) => pass.slice(0, 3)).toSorted()).toEqual(['n/a', 'n/b']);
    expect(new Set(passes.map((pass) => pass.slice(4))).size).toBe(2);
  });
});

describe('a stop', () => {
  test('waits for passes under way and starts no other', async () => {
    const { ends, contexts, reconcile } = pending();
    const { clock, parents, passes, stop, ended } = start(reconcile, { workers: 1, resyncMs: 10 });
    parents.sync(parent('a'), parent('b'));
    await clock.advance(1);
    stop.abort();
    parents.put(parent('c'));
    await clock.advance(100);
    await expect(Promise.race([ended, Promise.resolve('still running')])).resolves.toBe('still running');
    expect(contexts[0]?.signal.aborted).toBe(false);
    ends[0]?.(done);
    await ended;
    expect(passes).toEqual(['n/a at 0']);
    expect(clock.sleeping).toBe(0);
  });

  test('that is an abort tells the passes under way', async () => {
    const { contexts, ends, reconcile } = pending();
    const { clock, parents, abort, ended } = start(reconcile);
    parents.sync(parent('a'));
    await clock.advance(1);
    abort.abort(new Error('the lease is lost'));
    expect(contexts[0]?.signal.reason).toEqual(new Error('the lease is lost'));
    ends[0]?.(done);
    await ended;
  });

  test('comes from the lease before any signal does', async () => {
    const { clock, parents, passes, loseLeaseSilently } = start(succeed);
    loseLeaseSilently();
    parents.sync(parent('a'));
    await clock.advance(1000);
    expect(passes).toEqual([]);
  });
});

test('every pass is reported with its result', async () => {
  const seen: string[] = [];
  const outcomes: readonly (() => Promise<Outcome>)[] = [
    () => Promise.reject(new TypeError('bug')),
    () => Promise.resolve(waiting('Build', 1)),
    () => new Promise(() => {}),
  ];
  let tries = 0;
  const { clock, parents } = start(() => outcomes[tries++]?.() ?? Promise.resolve(done), {
    timeoutMs: 10,
    observer: {
      reconciled: (controller, result, seconds, { key, reason, error }) =>
        seen.push(`${controller} ${key} ${result} ${seconds} ${reason}${error instanceof Error ? error.name : ''}`),
      active: () => {},
      panicked: () => seen.push('panic'),
      timedOut: () => seen.push('timeout'),
    },
  });
  parents.sync(parent('a'));
  await clock.advance(100);
  expect(seen).toEqual([
    'panic',
    'parent n/a error 0 TypeError',
    'parent n/a requeue_after 0 Build',
    'timeout',
    'parent n/a error 0.01 Error',
  ]);
});
