import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { CareTurn } from './care-turn.ts';
import { MemoryVersioned } from './memory-versioned.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

function world() {
  const objects = new MemoryVersioned();
  const clock = { now: start };
  const replica = (holder: string) => new CareTurn({ objects, holder, today: () => new Date(clock.now) });
  return { objects, clock, one: replica('one'), other: replica('other') };
}

describe('the turn of caring for dead letters', () => {
  test('is one replica, for as long as it takes it again', async () => {
    const { clock, one, other } = world();
    for (let round = 0; round < 20; round += 1) {
      expect([await one.take(), await other.take()]).toEqual([true, false]);
      clock.now += 15_000;
    }
  });

  test('is another, two minutes after the last was heard of', async () => {
    const { clock, one, other } = world();
    await one.take();
    clock.now += 119_000;
    expect(await other.take()).toBe(false);
    clock.now += 1000;
    expect([await other.take(), await one.take()]).toEqual([true, false]);
  });

  test('is one of two that reach for it at the same moment', async () => {
    const { objects, one, other } = world();
    let reads = 0;
    const both = new EventEmitter();
    const met = once(both, 'met');
    objects.before = async (request) => {
      if (!request.startsWith('READ')) return;
      reads += 1;
      if (reads === 2) both.emit('met');
      await met;
    };
    expect((await Promise.all([one.take(), other.take()])).toSorted()).toEqual([false, true]);
  });

  test.each([
    ['cannot be read', '{'],
    ['is of another form', '{"holder":1}'],
    ['lasts longer than any turn', JSON.stringify({ holder: 'one', until: '2036-01-01T00:00:00.000Z' })],
  ])('is taken over where what is stored %s', async (_, body) => {
    const { objects, other } = world();
    await objects.write('care/turn.json', Buffer.from(body), undefined);
    expect(await other.take()).toBe(true);
  });
});
