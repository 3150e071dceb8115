import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { maxPendingEvents, type PendingEvent } from '../api/index.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { type Audience, Outbox, type Sender } from './outbox.ts';

const sender: Sender = {
  name: 'hello',
  namespace: 'functions',
  uid: 'uid-1',
  source: 'io.knative.lambda/operator/functions/hello',
  broker: 'lambda-broker',
};

const eventOf = (id: string): PendingEvent => ({
  id,
  type: 'io.knative.lambda.lifecycle.function.ready',
  time: '2026-01-01T00:00:00Z',
  data: {},
});

/** A status that lasts, a receiver that may be down, and an operator that may be killed. */
class World {
  readonly clock = new FakeClock();
  readonly received: string[] = [];
  readonly dropped: string[] = [];
  isDown = false;
  audience: Audience = 'there';
  writes = 0;
  stored: readonly PendingEvent[] = [];
  #next = 0;
  #isSettled = false;
  #outbox = this.#start();
  #stop = new AbortController();
  #running = this.#outbox.run(this.#stop.signal);

  #start(): Outbox {
    return new Outbox({
      audience: () => this.audience,
      send: async (_, { id }) => {
        if (this.isDown) throw new Error('503');
        this.received.push(id);
      },
      settled: () => {
        this.#isSettled = true;
      },
      mayAct: () => true,
      clock: this.clock,
      observer: {
        delivered: () => undefined,
        failed: () => undefined,
        dropped: ({ id }) => this.dropped.push(id),
      },
    });
  }

  get backlog(): number {
    return this.#outbox.backlog;
  }

  get happened(): readonly string[] {
    return Array.from({ length: this.#next }, (_, index) => String(index));
  }

  /** A pass that finds something new. `isLost` where the operator ends after its write and before it hears of it. */
  happen(isLost = false): void {
    this.#write([eventOf(String(this.#next++))], isLost);
  }

  /** A pass that finds nothing new. */
  pass(): void {
    if (this.#outbox.isSettled(sender)) this.#write([], false);
    else this.#outbox.offer(sender, this.stored);
    this.#isSettled = false;
  }

  #write(news: readonly PendingEvent[], isLost: boolean): void {
    this.stored = this.#outbox.pack(sender, this.stored, news);
    this.writes += 1;
    if (!isLost) this.#outbox.offer(sender, this.stored);
  }

  async kill(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#outbox = this.#start();
    this.#stop = new AbortController();
    this.#running = this.#outbox.run(this.#stop.signal);
    this.pass();
  }

  remove(): void {
    this.#outbox.close(sender, this.stored, [eventOf(String(this.#next++))]);
    this.stored = [];
  }

  /** What a pass does that read the object before it went. */
  passLate(stored: readonly PendingEvent[]): void {
    this.#outbox.offer(sender, stored);
  }

  async go(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (this.#isSettled) this.pass();
  }

  /** The receiver is there, and time goes on until nothing waits. */
  async settle(): Promise<void> {
    this.isDown = false;
    for (let round = 0; round < 20; round++) await this.go(60_000);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

type Step = 'happen' | 'lost' | 'pass' | 'kill' | 'down' | 'up' | 'wait' | 'long';

async function take(world: World, step: Step): Promise<void> {
  switch (step) {
    case 'happen':
      return world.happen();
    case 'lost':
      world.happen(true);
      return world.kill();
    case 'pass':
      return world.pass();
    case 'kill':
      return world.kill();
    case 'down':
    case 'up':
      world.isDown = step === 'down';
      return undefined;
    case 'wait':
      return world.go(1000);
    case 'long':
      return world.go(10_000);
  }
}

const steps = fc.array(
  fc.constantFrom<Step>('happen', 'happen', 'lost', 'pass', 'kill', 'down', 'up', 'wait', 'long'),
  { maxLength: 40 },
);

/** Each once, as a consumer that knows ids has them. */
const once = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

describe('the outbox', () => {
  test('loses no event and keeps their order, whenever the receiver is down and the operator is killed', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new World();
        for (const step of all) await take(world, step);
        await world.settle();
        expect(once(world.received)).toEqual(world.happened);
        expect(world.stored).toEqual([]);
        expect(world.backlog).toBe(0);
        await world.end();
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test('sends each event once where nobody is killed, and writes no more than once for it', async () => {
    const world = new World();
    world.isDown = true;
    for (let count = 0; count < 3; count++) world.happen();
    await world.go(30_000);
    expect(world.received).toEqual([]);
    expect(world.backlog).toBe(3);
    await world.settle();
    expect(world.received).toEqual(['0', '1', '2']);
    expect(world.writes).toBe(4);
    await world.end();
  });

  test('is rid of what was taken with the next status, without a write of its own', async () => {
    const world = new World();
    world.happen();
    await world.go(1000);
    world.happen();
    expect(world.stored.map(({ id }) => id)).toEqual(['1']);
    expect(world.writes).toBe(2);
    await world.end();
  });

  test('sends nothing again after a restart among statuses that are rid of their events', async () => {
    const world = new World();
    world.happen();
    await world.settle();
    await world.kill();
    await world.settle();
    expect(world.received).toEqual(['0']);
    expect(world.writes).toBe(2);
    await world.end();
  });

  test('keeps nothing where nobody hears of it', async () => {
    const world = new World();
    world.audience = 'none';
    world.happen();
    await world.settle();
    expect(world.stored).toEqual([]);
    expect(world.received).toEqual([]);
    await world.end();
  });

  test('keeps what waits while the Broker is away, and tells nothing of that time', async () => {
    const world = new World();
    world.isDown = true;
    world.happen();
    world.audience = 'away';
    world.happen();
    expect(world.stored.map(({ id }) => id)).toEqual(['0']);
    world.audience = 'there';
    await world.settle();
    expect(world.received).toEqual(['0']);
    await world.end();
  });

  test('forgets what waits where it is not to be told any more, and calls it no loss', async () => {
    const world = new World();
    world.isDown = true;
    world.happen();
    world.audience = 'none';
    world.happen();
    expect(world.stored).toEqual([]);
    expect(world.backlog).toBe(0);
    expect(world.dropped).toEqual([]);
    await world.end();
  });

  test('gives up the oldest where too many wait, and says so', async () => {
    const world = new World();
    world.isDown = true;
    for (let count = 0; count < maxPendingEvents + 2; count++) world.happen();
    expect(world.stored).toHaveLength(maxPendingEvents);
    expect(world.dropped).toEqual(['0', '1']);
    await world.settle();
    expect(world.received).toEqual(world.happened.slice(2));
    await world.end();
  });

  test('a pass that was under way when its object went loses nothing and brings nothing back', async () => {
    const world = new World();
    world.isDown = true;
    world.happen();
    const { stored } = world;
    world.remove();
    world.passLate(stored);
    expect(world.dropped).toEqual([]);
    await world.settle();
    world.passLate(stored);
    await world.settle();
    expect(world.received).toEqual(['0', '1']);
    expect(world.backlog).toBe(0);
    await world.end();
  });

  test('sends what an object leaves behind when it goes', async () => {
    const world = new World();
    world.isDown = true;
    world.happen();
    await world.go(1000);
    world.remove();
    await world.settle();
    expect(world.received).toEqual(['0', '1']);
    expect(world.backlog).toBe(0);
    await world.end();
  });
});
