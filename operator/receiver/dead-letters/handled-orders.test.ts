import { expect, test } from '@jest/globals';
import { forgetOldOrders, isOrderOld, orderName } from './handled-orders.ts';
import { MemoryObjects } from './memory-objects.ts';

const now = new Date('2026-01-20T12:00:00Z');

test('an order is forgotten once it would be too old to have an effect, and not before', async () => {
  const store = new MemoryObjects();
  const days = ['2026-01-11T12:00:00Z', '2026-01-12T00:00:00Z', '2026-01-13T13:00:00Z', '2026-01-20T12:00:00Z'];
  for (const day of days) await store.put(orderName(new Date(day), day.slice(8, 10)), Buffer.from('{}'));
  await forgetOldOrders(store, now);
  const kept = [...store.objects.keys()].map((name) => name.slice(-7, -5));
  expect(kept).toEqual(['13', '20']);
  expect(days.map((day) => isOrderOld(new Date(day), now))).toEqual([true, true, false, false]);
});
