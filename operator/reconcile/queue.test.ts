import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { type QueuedKey, type QueueObserver, WorkQueue } from './queue.ts';

function newQueue(observer?: QueueObserver): { readonly clock: FakeClock; readonly queue: WorkQueue } {
  const clock = new FakeClock();
  return { clock, queue: new WorkQueue({ name: 'test', clock, ...(observer === undefined ? {} : { observer }) }) };
}

/** Gets without waiting for what is not there. */
async function poll(queue: WorkQueue): Promise<QueuedKey | undefined> {
  return queue.depth === 0 ? undefined : queue.get();
}

async function drain(queue: WorkQueue): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let next = await poll(queue); next !== undefined; next = await poll(queue)) {
    keys.push(next.key);
    queue.done(next.key);
  }
  return keys;
}

describe('a key', () => {
  test('waits once, however often it is added', async () => {
    const { queue } = newQueue();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(await drain(queue)).toEqual(['a', 'b']);
  });

  test('that is added during its pass is handed out after it, not beside it', async () => {
    const { queue } = newQueue();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('that becomes due during its pass is handed out after it', async () => {
    const { clock, queue } = newQueue();
    queue.add('a');
    await queue.get();
    queue.add('a', { afterMs: 10 });
    await clock.advance(10);
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('goes to who asked first', async () => {
    const { queue } = newQueue();
    const asked = [queue.get(), queue.get()];
    queue.add('a');
    queue.add('b');
    expect((await Promise.all(asked)).map((next) => next?.key)).toEqual(['a', 'b']);
  });

  test('that nobody has is not given back', async () => {
    const { queue } = newQueue();
    queue.add('a');
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });
});

describe('a delayed key', () => {
  test('comes at its time and not before', async () => {
    const { clock, queue } = newQueue();
    queue.add('a', { afterMs: 100 });
    await clock.advance(99);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
  });

  test.each([
    { times: [100, 50], due: 50 },
    { times: [50, 100], due: 50 },
    { times: [50, 0], due: 0 },
    { times: [0, 50], due: 0 },
  ])('keeps the earlier of $times', async ({ times, due }) => {
    const { clock, queue } = newQueue();
    for (const afterMs of times) queue.add('a', { afterMs });
    await clock.advance(due);
    expect(await drain(queue)).toEqual(['a']);
    await clock.advance(1000);
    expect(await drain(queue)).toEqual([]);
  });

  test('wakes who waits, also when an earlier one is added later', async () => {
    const { clock, queue } = newQueue();
    const asked = queue.get();
    queue.add('late', { afterMs: 1000 });
    queue.add('early', { afterMs: 10 });
    await clock.advance(10);
    await expect(asked).resolves.toEqual({ key: 'early', lane: 'high' });
  });
});

describe('a retry', () => {
  test('waits twice as long each time, until the key is forgotten', async () => {
    const { clock, queue } = newQueue();
    for (const delay of [5, 10, 20]) {
      queue.retry('a', 'high');
      await clock.advance(delay - 1);
      expect(queue.depth).toBe(0);
      await clock.advance(1);
      expect(await drain(queue)).toEqual(['a']);
    }
    expect(queue.failures('a')).toBe(3);
    queue.forget('a');
    queue.retry('a', 'high');
    await clock.advance(5);
    expect(await drain(queue)).toEqual(['a']);
  });

  test('of too many keys waits for its turn among ten a second', async () => {
    const { clock, queue } = newQueue();
    for (let key = 0; key < 120; key += 1) queue.retry(`${key}`, 'high');
    await clock.advance(5);
    expect(queue.depth).toBe(100);
    await clock.advance(1000 - 5);
    expect(queue.depth).toBe(110);
    await clock.advance(1000);
    expect(queue.depth).toBe(120);
  });
});

describe('the low lane', () => {
  test('waits while the high one has keys, but for one of ten', async () => {
    const { queue } = newQueue();
    for (let key = 0; key < 20; key += 1) queue.add(`low-${key}`, { lane: 'low' });
    for (let key = 0; key < 20; key += 1) queue.add(`high-${key}`);
    const keys = await drain(queue);
    expect(keys.slice(0, 22).filter((key) => key.startsWith('low'))).toEqual(['low-0', 'low-1']);
    expect(keys.indexOf('low-0')).toBe(9);
    expect(keys).toHaveLength(40);
  });

  test('loses a key that is added to the high one', async () => {
    const { queue } = newQueue();
    for (const key of ['a', 'b']) queue.add(key, { lane: 'low' });
    queue.add('b');
    expect(await queue.get()).toEqual({ key: 'b', lane: 'high' });
    expect(await queue.get()).toEqual({ key: 'a', lane: 'low' });
    expect(queue.depth).toBe(0);
  });

  test('does not take a key from the high one', async () => {
    const { queue } = newQueue();
    queue.add('a');
    queue.add('a', { lane: 'low' });
    expect(await queue.get()).toEqual({ key: 'a', lane: 'high' });
  });

  test('gives a delayed key to the high one without making it due', async () => {
    const { clock, queue } = newQueue();
    queue.add('a', { lane: 'low', afterMs: 10 });
    queue.add('a', { lane: 'high', afterMs: 20 });
    expect(queue.depth).toBe(0);
    await clock.advance(10);
    expect(await queue.get()).toEqual({ key: 'a', lane: 'high' });
  });
});

describe('a shutdown', () => {
  test('waits for the passes under way and hands out nothing more', async () => {
    const { clock, queue } = newQueue();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    queue.add('d', { afterMs: 1 });
    await Promise.all([queue.get(), queue.get()]);
    const ended: string[] = [];
    const drained = queue.shutDown().then(() => ended.push('drained'));
    await expect(queue.get()).resolves.toBeUndefined();
    queue.add('e');
    queue.retry('a', 'high');
    queue.done('a');
    await clock.advance(10);
    expect(ended).toEqual([]);
    queue.done('b');
    await drained;
    expect(ended).toEqual(['drained']);
    expect(queue.depth).toBe(0);
    expect(clock.sleeping).toBe(0);
  });

  test('answers who waits for a key', async () => {
    const { queue } = newQueue();
    const asked = queue.get();
    await queue.shutDown();
    await expect(asked).resolves.toBeUndefined();
  });
});

test('the figures are those of client-go', async () => {
  const seen: string[] = [];
  const { clock, queue } = newQueue({
    added: () => seen.push('added'),
    retried: () => seen.push('retried'),
    depth: (_, lane, keys) => seen.push(`${lane} ${keys}`),
    started: (_, seconds) => seen.push(`started after ${seconds}`),
    finished: (_, seconds) => seen.push(`finished after ${seconds}`),
  });
  queue.add('a');
  queue.add('a');
  await clock.advance(2000);
  await queue.get();
  await clock.advance(3000);
  queue.retry('a', 'low');
  queue.done('a');
  await clock.advance(5);
  expect(seen).toEqual([
    'added',
    'high 1',
    'high 0',
    'started after 2',
    'retried',
    'finished after 3',
    'added',
    'low 1',
  ]);
});
