import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../kube/clock.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { type ElectionOptions, LeaderElection, type Leadership, LeaseLostError, type LeaseStore } from './leader.ts';
import { defaultLeaseTiming, type LeaseSpec, type StoredLease } from './lease.ts';
import { LeaseServer } from './lease-world.ts';
import { whenAborted } from './when-aborted.ts';

const never = (): AbortSignal => new AbortController().signal;
const noAnswer = new Promise<never>(() => {});
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A store whose connection a test cuts. */
class Connection implements LeaseStore {
  isCut = false;
  readonly #server: LeaseServer;

  constructor(server: LeaseServer) {
    this.#server = server;
  }

  read(): Promise<StoredLease | undefined> {
    return this.isCut ? noAnswer : Promise.resolve(this.#server.lease);
  }

  write(spec: LeaseSpec, over: string | undefined): Promise<StoredLease | undefined> {
    return this.isCut ? noAnswer : Promise.resolve(this.#server.write(spec, over));
  }
}

function newElection(identity: string, store: LeaseStore, clock: Clock, options: Partial<ElectionOptions> = {}) {
  return new LeaderElection({
    name: 'operator',
    identity,
    timing: defaultLeaseTiming,
    store,
    clock,
    random: () => 0.5,
    today: () => new Date(0),
    ...options,
  });
}

/** One leader at 0, and what it and the others did by name and time. */
async function startLeader(options: Partial<ElectionOptions> = {}) {
  const clock = new FakeClock();
  const server = new LeaseServer();
  const connection = new Connection(server);
  const log: string[] = [];
  const stop = new AbortController();
  const lead =
    (name: string) =>
    async ({ signal }: Leadership): Promise<void> => {
      log.push(`${name} leads at ${clock.now()}`);
      await whenAborted(AbortSignal.any([signal, stop.signal]));
      log.push(`${name} stops at ${clock.now()}`);
    };
  const ended = newElection('one', connection, clock, options).run(lead('one'), never());
  await clock.advance(1);
  const join = (name: string): Promise<void> =>
    newElection(name, new Connection(server), clock).run(lead(name), never());
  return { clock, server, connection, log, stop, ended, join };
}

describe('an election', () => {
  test('gives the lease to another 15 s after that one saw the last sign of the leader', async () => {
    const { clock, server, connection, log, ended, join } = await startLeader();
    void join('two');
    await clock.advance(20_000);
    connection.isCut = true;
    await Promise.all([
      expect(ended).rejects.toThrow(new LeaseLostError('lease operator: no renewal for 10 s')),
      clock.advance(40_000),
    ]);
    // Renewed at 20.000 s, which the other sees at its next try: they are 2.2 s apart.
    expect(log).toEqual(['one leads at 0', 'one stops at 30000', 'two leads at 37401']);
    expect(server.lease?.spec.leaseTransitions).toBe(1);
  });

  test('gives the lease to another at its next try when the leader ends well', async () => {
    const { clock, log, ended, stop, join } = await startLeader();
    void join('two');
    await clock.advance(5000);
    stop.abort();
    await ended;
    await clock.advance(2200);
    expect(log.slice(0, 3)).toEqual(['one leads at 0', 'one stops at 5001', 'two leads at 6601']);
  });

  test('is over for a leader that reads the name of another', async () => {
    const { clock, server, log, ended } = await startLeader();
    server.write({ holderIdentity: 'intruder' }, server.lease?.resourceVersion);
    await Promise.all([expect(ended).rejects.toThrow('lease operator: intruder holds it now'), clock.advance(2000)]);
    expect(log).toEqual(['one leads at 0', 'one stops at 2000']);
    expect(server.lease?.spec.holderIdentity).toBe('intruder');
  });

  test('goes on for a leader whose answer was lost', async () => {
    const slowPaths: string[] = [];
    const observer = { leading: () => {}, slowPath: (name: string) => slowPaths.push(name) };
    const { clock, server, log } = await startLeader({ observer });
    server.write({ ...server.lease?.spec }, server.lease?.resourceVersion);
    await clock.advance(60_000);
    expect(log).toEqual(['one leads at 0']);
    expect(slowPaths).toEqual(['operator']);
  });

  test('goes on for a leader whose lease was deleted, as others wait it out', async () => {
    const { clock, server, log, join } = await startLeader();
    void join('two');
    await clock.advance(5000);
    server.lease = undefined;
    await clock.advance(60_000);
    expect(log).toEqual(['one leads at 0']);
    expect(server.lease).toMatchObject({ spec: { holderIdentity: 'one' } });
  });

  test('takes no lease whose answer came after its time', async () => {
    const clock = new FakeClock();
    const server = new LeaseServer();
    const observed: boolean[] = [];
    const slow: LeaseStore = {
      read: () => Promise.resolve(server.lease),
      async write(spec, over, signal) {
        const stored = server.write(spec, over);
        await clock.sleep(4000, signal);
        return stored;
      },
    };
    const timing = { leaseMs: 15_000, renewDeadlineMs: 3000, retryMs: 1000 };
    const observer = { leading: (_: string, isLeading: boolean) => observed.push(isLeading) };
    void newElection('one', slow, clock, { timing, observer }).run(() => noAnswer, never());
    await clock.advance(60_000);
    expect(observed).toEqual([]);
  });

  test('writes times with six digits of the second, as the API server takes no other', async () => {
    const { server } = await startLeader();
    const time = '1970-01-01T00:00:00.000000Z';
    expect(server.lease?.spec).toMatchObject({ acquireTime: time, renewTime: time });
  });

  test('ends for a candidate that is told to stop waiting', async () => {
    const { clock, log, join, server } = await startLeader();
    void join('two');
    const stop = new AbortController();
    const waiting = newElection('three', new Connection(server), clock).run(() => noAnswer, stop.signal);
    await clock.advance(5000);
    stop.abort();
    await expect(waiting).resolves.toBeUndefined();
    expect(log).toEqual(['one leads at 0']);
  });

  test('tries again what fails, and says what it was', async () => {
    const clock = new FakeClock();
    const server = new LeaseServer();
    const failures: unknown[] = [];
    const log: string[] = [];
    const refusing: LeaseStore = {
      read: () => (clock.now() < 5000 ? Promise.reject(new Error('leases: forbidden')) : Promise.resolve(server.lease)),
      write: (spec, over) => Promise.resolve(server.write(spec, over)),
    };
    const observer = {
      leading: () => log.push(`leads at ${clock.now()}`),
      failed: (_: string, error: unknown) => failures.push(error),
    };
    void newElection('one', refusing, clock, { observer }).run(() => noAnswer, never());
    await clock.advance(10_000);
    expect(log).toEqual(['leads at 6600']);
    expect(failures).toEqual(Array.from({ length: 3 }, () => new Error('leases: forbidden')));
  });
});

describe('a leader', () => {
  test('that does not stop when told is given up in time', async () => {
    const clock = new FakeClock();
    const connection = new Connection(new LeaseServer());
    const ended = newElection('one', connection, clock).run(() => noAnswer, never());
    await clock.advance(1);
    connection.isCut = true;
    const message = 'lease operator: no renewal for 10 s; what acts under it has not stopped after 2.5 s';
    await Promise.all([expect(ended).rejects.toThrow(message), clock.advance(12_500)]);
  });

  test('that fails keeps the lease, as nobody knows what still acts', async () => {
    const server = new LeaseServer();
    const ended = newElection('one', server.store, new FakeClock()).run(
      () => Promise.reject(new Error('bug')),
      never(),
    );
    await expect(ended).rejects.toThrow('bug');
    expect(server.lease?.spec.holderIdentity).toBe('one');
  });

  test('releases a lease that a renewal without an answer renewed last', async () => {
    const { server, stop, ended } = await startLeader();
    server.write({ ...server.lease?.spec }, server.lease?.resourceVersion);
    stop.abort();
    await ended;
    expect(server.lease?.spec.holderIdentity).toBe('');
  });

  test('may not act past its time, though no timer has run yet', async () => {
    let now = 0;
    const clock: Clock = { now: () => now, sleep: () => noAnswer };
    const leaderships: Leadership[] = [];
    const election = newElection('one', new LeaseServer().store, clock);
    expect(election.mayAct()).toBe(false);
    void election.run((leadership) => {
      leaderships.push(leadership);
      return noAnswer;
    }, never());
    await new Promise((resolve) => setImmediate(resolve));
    const [leadership] = leaderships;
    now = 9999;
    expect([leadership?.mayAct(), election.mayAct()]).toEqual([true, true]);
    now = 10_000;
    expect([election.mayAct(), leadership?.mayAct(), leadership?.signal.aborted]).toEqual([false, false, true]);
  });

  test('is over once somebody was told not to act, though a renewal is answered right after', async () => {
    let now = 0;
    const [retries, answers]: [(() => void)[], (() => void)[]] = [[], []];
    const clock: Clock = {
      now: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (ms === 2000) retries.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    };
    const { store } = new LeaseServer();
    const slow: LeaseStore = {
      read: (signal) => store.read(signal),
      write: async (spec, over, signal) => {
        const stored = await store.write(spec, over, signal);
        if (over !== undefined) await new Promise<void>((resolve) => answers.push(resolve));
        return stored;
      },
    };
    const leaderships: Leadership[] = [];
    const ended = newElection('one', slow, clock).run((leadership) => {
      leaderships.push(leadership);
      return whenAborted(leadership.signal);
    }, never());
    await settle();
    const [leadership] = leaderships;
    now = 9000;
    for (const retry of retries) retry();
    await settle();
    now = 10_000;
    expect(leadership?.mayAct()).toBe(false);
    for (const answer of answers) answer();
    await expect(ended).rejects.toThrow('lease operator: no renewal for 10 s');
    expect(leadership?.mayAct()).toBe(false);
  });

  test.each([
    { leaseMs: 10_000, renewDeadlineMs: 10_000, retryMs: 2000 },
    { leaseMs: 15_000, renewDeadlineMs: 2000, retryMs: 2000 },
    { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 0 },
  ])('fails with times that do not keep two apart: $leaseMs, $renewDeadlineMs, $retryMs', (timing) => {
    expect(() => newElection('one', new LeaseServer().store, new FakeClock(), { timing })).toThrow(
      'each must be greater than the next',
    );
  });
});
