import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../kube/clock.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import type { KubernetesObject } from '../kube/object.ts';
import { Controller } from './controller.ts';
import { LeaderElection, LeaseLostError } from './leader.ts';
import { LeaseServer } from './lease-world.ts';
import { defaultLeaseTiming } from './lease.ts';
import { type Election, Manager, type ManagerOptions, noElection } from './manager.ts';
import { MemoryInformer } from './memory-informer.ts';
import { done } from './outcome.ts';
import type { Reconcile } from './pass.ts';
import { watchOwn } from './watches.ts';
import { whenAborted } from './when-aborted.ts';

const object: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'n', uid: 'a', resourceVersion: '1', creationTimestamp: '' },
};

const succeed: Reconcile = () => Promise.resolve(done);

/** Two controllers, each over a kind of its own; what happens is in the log. */
function newManager(
  options: Partial<ManagerOptions> = {},
  reconcile = succeed,
  newElection: (clock: Clock) => Election = () => noElection,
) {
  const clock = new FakeClock();
  const log: string[] = [];
  const functions = new MemoryInformer<KubernetesObject>('lambdafunctions.lambda.knative.io');
  const agents = new MemoryInformer<KubernetesObject>('lambdaagents.lambda.knative.io');
  const newController = (name: string, informer: MemoryInformer<KubernetesObject>): Controller =>
    new Controller({
      name,
      workers: 1,
      timeoutMs: 60_000,
      watches: [watchOwn(informer)],
      clock,
      random: () => 0.5,
      reconcile: (key, context) => {
        log.push(`${name} passes over ${key} at ${clock.now()}`);
        return reconcile(key, context);
      },
    });
  const manager = new Manager({
    informers: [],
    controllers: [newController('function', functions), newController('agent', agents)],
    election: newElection(clock),
    clock,
    observer: {
      notSynced: (message) => log.push(message),
      controllerStarted: (name) => log.push(`${name} starts at ${clock.now()}`),
    },
    ...options,
  });
  const stop = new AbortController();
  const faults = (): readonly string[] => manager.readyChecks.flatMap(({ fault }) => fault() ?? []);
  return { clock, log, functions, agents, manager, stop, faults };
}

describe('a manager', () => {
  test('starts controllers when their kinds are synced', async () => {
    const { clock, log, functions, agents, manager, stop, faults } = newManager();
    const ended = manager.run(stop.signal);
    functions.sync(object);
    await clock.advance(1000);
    expect(log).toEqual([]);
    expect(faults()).toEqual(['the API server has not answered the list yet']);
    agents.sync();
    await clock.advance(1);
    expect(log).toEqual(['function starts at 1000', 'agent starts at 1000', 'function passes over n/a at 1000']);
    expect(faults()).toEqual([]);
    stop.abort();
    await ended;
    expect([functions.isRunning, agents.isRunning]).toEqual([false, false]);
    expect(clock.sleeping).toBe(0);
  });

  test('says which kind is not synced in time, what to do, and goes on with the others', async () => {
    const { clock, log, functions, agents, manager, stop, faults } = newManager();
    const ended = manager.run(stop.signal);
    functions.sync(object);
    const message = 'lambdaagents.lambda.knative.io: forbidden; grant get, list and watch';
    agents.fault = { message, since: 0 };
    await clock.advance(120_000);
    expect(log).toEqual([
      `lambdaagents.lambda.knative.io: no list after 120 s, until then agent does not run: ${message}`,
      'function starts at 120000',
      'function passes over n/a at 120000',
    ]);
    expect(faults()).toEqual([message]);
    agents.sync();
    agents.fault = undefined;
    await clock.advance(1);
    expect(log.slice(3)).toEqual(['agent starts at 120000']);
    expect(faults()).toEqual([]);
    stop.abort();
    await ended;
  });

  test('takes no lease while none of its controllers could run', async () => {
    const terms: string[] = [];
    const election = { ...noElection, run: async () => void terms.push('leads') };
    const { clock, functions, manager, stop } = newManager({ election });
    const ended = manager.run(stop.signal);
    await clock.advance(200_000);
    expect(terms).toEqual([]);
    functions.sync();
    await ended;
    expect(terms).toEqual(['leads']);
  });

  test('is unready while the watch of a synced kind does not get on for a minute', async () => {
    const { clock, functions, agents, manager, stop, faults } = newManager();
    const ended = manager.run(stop.signal);
    functions.sync();
    agents.sync();
    functions.fault = { message: 'lambdafunctions: connection refused', since: 0 };
    await clock.advance(59_999);
    expect(faults()).toEqual([]);
    await clock.advance(1);
    expect(faults()).toEqual(['lambdafunctions: connection refused']);
    expect(manager.readyChecks[0]?.name).toBe('informer-lambdafunctions.lambda.knative.io');
    stop.abort();
    await ended;
  });

  test.each([0, 130_000])('ends when it is stopped before anything is synced, after %d ms', async (ms) => {
    const { clock, functions, manager, stop } = newManager();
    const ended = manager.run(stop.signal);
    await clock.advance(ms);
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
    expect(functions.isRunning).toBe(false);
  });

  test('runs without controllers until it is stopped', async () => {
    const { clock, manager, stop } = newManager({ controllers: [] });
    const ended = manager.run(stop.signal);
    await clock.advance(1000);
    await expect(Promise.race([ended, Promise.resolve('still running')])).resolves.toBe('still running');
    stop.abort();
    await ended;
  });
});

describe('a stop', () => {
  test('gives passes under way time to end', async () => {
    const ends: (() => void)[] = [];
    const { clock, functions, agents, manager, stop } = newManager(
      {},
      () => new Promise((resolve) => ends.push(() => resolve(done))),
    );
    const ended = manager.run(stop.signal);
    functions.sync(object);
    agents.sync();
    await clock.advance(1);
    stop.abort();
    await clock.advance(19_999);
    expect(functions.isRunning).toBe(true);
    for (const end of ends) end();
    await ended;
    expect(functions.isRunning).toBe(false);
  });

  test('tells passes to end when most of the grace period is over', async () => {
    const { clock, functions, agents, manager, stop } = newManager(
      {},
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const ended = manager.run(stop.signal);
    functions.sync(object);
    agents.sync();
    await clock.advance(1);
    stop.abort();
    await clock.advance(19_999);
    expect(functions.isRunning).toBe(true);
    await clock.advance(1);
    await expect(ended).resolves.toBeUndefined();
  });

  test('fails when a pass goes on past the grace period', async () => {
    const { clock, functions, agents, manager, stop } = newManager({}, () => new Promise(() => {}));
    const ended = manager.run(stop.signal);
    functions.sync(object);
    agents.sync();
    await clock.advance(1);
    stop.abort();
    await Promise.all([
      expect(ended).rejects.toThrow('function: passes go on 25 s after the stop'),
      clock.advance(25_000),
    ]);
  });
});

const withLease = (server: LeaseServer) => (clock: Clock) =>
  new LeaderElection({
    name: 'operator',
    identity: 'me',
    timing: defaultLeaseTiming,
    store: server.store,
    clock,
    random: () => 0.5,
    today: () => new Date(0),
  });

describe('a manager with a lease', () => {
  test('stands by with its caches, and runs its controllers when the lease is free', async () => {
    const server = new LeaseServer();
    server.write({ holderIdentity: 'other' }, undefined);
    const { clock, log, functions, agents, manager, stop, faults } = newManager({}, succeed, withLease(server));
    const ended = manager.run(stop.signal);
    functions.sync(object);
    agents.sync();
    await clock.advance(1000);
    expect([log, faults()]).toEqual([[], []]);
    server.write({ holderIdentity: '' }, server.lease?.resourceVersion);
    await clock.advance(2000);
    expect(log).toEqual(['function starts at 2200', 'agent starts at 2200', 'function passes over n/a at 2200']);
    stop.abort();
    await ended;
    expect(server.lease?.spec.holderIdentity).toBe('');
  });

  test('tells passes to end and fails when the lease is lost', async () => {
    const server = new LeaseServer();
    const reasons: unknown[] = [];
    const reconcile: Reconcile = async (_, { signal }) => {
      await whenAborted(signal);
      reasons.push(signal.reason);
      return done;
    };
    const { clock, functions, agents, manager, stop } = newManager({}, reconcile, withLease(server));
    const ended = manager.run(stop.signal);
    functions.sync(object);
    agents.sync();
    await clock.advance(1);
    server.write({ holderIdentity: 'other' }, server.lease?.resourceVersion);
    await Promise.all([expect(ended).rejects.toThrow(LeaseLostError), clock.advance(2000)]);
    expect(reasons).toEqual([new LeaseLostError('lease operator: other holds it now')]);
    expect(server.lease?.spec.holderIdentity).toBe('other');
  });
});
