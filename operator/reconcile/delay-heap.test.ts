import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Delayed, DelayHeap } from './delay-heap.ts';

const newItem = (dueAt: number): Delayed => ({ dueAt, heapIndex: -1 });

function drain(heap: DelayHeap<Delayed>): readonly number[] {
  const times: number[] = [];
  for (let { first } = heap; first !== undefined; { first } = heap) {
    heap.remove(first);
    times.push(first.dueAt);
  }
  return times;
}

const ascending = (times: readonly number[]): readonly number[] => times.toSorted((one, other) => one - other);

test('items come out by due time, also after some were removed or moved forward', () => {
  const entry = fc.record({
    dueAt: fc.integer({ min: 0, max: 50 }),
    fate: fc.constantFrom('stay', 'remove', 'advance'),
    byMs: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const heap = new DelayHeap<Delayed>();
      const items = entries.map(({ dueAt }) => newItem(dueAt));
      for (const item of items) heap.add(item);
      const left = items.filter((item, index) => {
        const { fate = 'stay', byMs = 0 } = entries[index] ?? {};
        if (fate === 'remove') heap.remove(item);
        if (fate === 'advance') {
          item.dueAt -= byMs;
          heap.advance(item);
        }
        return fate !== 'remove';
      });
      expect(heap.size).toBe(left.length);
      expect(drain(heap)).toEqual(ascending(left.map(({ dueAt }) => dueAt)));
    }),
  );
});
