import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FakeClock } from '../kube/fake-clock.ts';
import { type Lane, type QueuedKey, WorkQueue } from './queue.ts';

interface Expected {
  readonly lane: Lane;
  readonly dueAt: number;
}

/** What a queue has to know, without an order. */
interface Model {
  readonly waiting: Map<string, Expected>;
  readonly running: Map<string, Lane>;
}

interface Real {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
}

type Command = fc.AsyncCommand<Model, Real>;

const readyKeys = ({ waiting, running }: Model, now: number): readonly string[] =>
  [...waiting].filter(([key, { dueAt }]) => dueAt <= now && !running.has(key)).map(([key]) => key);

const add = (key: string, lane: Lane, afterMs: number): Command => ({
  check: () => true,
  run: async ({ waiting }, { clock, queue }) => {
    queue.add(key, { lane, afterMs });
    const before = waiting.get(key);
    const dueAt = Math.min(clock.now() + afterMs, before?.dueAt ?? Infinity);
    waiting.set(key, { lane: lane === 'high' || before?.lane === 'high' ? 'high' : 'low', dueAt });
  },
  toString: () => `add(${key}, ${lane}, ${afterMs})`,
});

const get: Command = {
  check: () => true,
  run: async (model, { clock, queue }) => {
    const ready = readyKeys(model, clock.now());
    expect(queue.depth).toBe(ready.length);
    if (ready.length === 0) return;
    const next: QueuedKey | undefined = await queue.get();
    expect(ready).toContain(next?.key);
    expect(next?.lane).toBe(model.waiting.get(next?.key ?? '')?.lane);
    if (next === undefined) return;
    model.waiting.delete(next.key);
    model.running.set(next.key, next.lane);
  },
  toString: () => 'get()',
};

const done = (index: number): Command => ({
  check: ({ running }) => running.size > 0,
  run: async ({ running }, { queue }) => {
    const key = [...running.keys()][index % running.size] ?? '';
    queue.done(key);
    running.delete(key);
  },
  toString: () => `done(${index})`,
});

const wait = (ms: number): Command => ({
  check: () => true,
  run: async (_, { clock }) => clock.advance(ms),
  toString: () => `wait(${ms})`,
});

const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
const key = fc.constantFrom(...keys);
const lane = fc.constantFrom<Lane>('high', 'low');
const afterMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 }));

test('a queue hands out each key that is due, once, in its higher lane, and never while its pass runs', async () => {
  const commands = fc.commands<Model, Real, false>(
    [
      fc.tuple(key, lane, afterMs).map(([one, its, ms]) => add(one, its, ms)),
      fc.constant(get),
      fc.nat(5).map(done),
      fc.integer({ min: 0, max: 60 }).map(wait),
    ],
    { maxCommands: 80 },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const clock = new FakeClock();
      const real: Real = { clock, queue: new WorkQueue({ name: 'test', clock }) };
      const model: Model = { waiting: new Map(), running: new Map() };
      await fc.asyncModelRun(() => ({ model, real }), sequence);
      expect(await drainKeys(real)).toEqual([...model.waiting.keys()].toSorted());
    }),
    { numRuns: 100, interruptAfterTimeLimit: 3000 },
  );
});

/** What comes when all passes have ended and every time is over. */
async function drainKeys({ clock, queue }: Real): Promise<readonly string[]> {
  for (const one of keys) queue.done(one);
  await clock.advance(100);
  const seen: string[] = [];
  while (queue.depth > 0) seen.push((await queue.get())?.key ?? '');
  return seen.toSorted();
}

test('while both lanes have keys, the low one gets a tenth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 10, max: 200 }), fc.integer({ min: 10, max: 200 }), async (highs, lows) => {
      const queue = new WorkQueue({ name: 'test', clock: new FakeClock() });
      for (let index = 0; index < lows; index += 1) queue.add(`low ${index}`, { lane: 'low' });
      for (let index = 0; index < highs; index += 1) queue.add(`high ${index}`);
      const lanes: Lane[] = [];
      for (let left = highs; left > 0; left -= lanes.at(-1) === 'high' ? 1 : 0) {
        lanes.push((await queue.get())?.lane ?? 'low');
      }
      const low = lanes.filter((one) => one === 'low').length;
      expect(low).toBe(Math.min(lows, Math.floor((highs - 1) / 9)));
    }),
    { numRuns: 50, interruptAfterTimeLimit: 3000 },
  );
});
