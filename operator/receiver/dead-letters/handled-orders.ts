import type { ObjectStore } from './object-store.ts';

/** Objects that say that an order was carried out, by the day on which it was given. */
const folder = 'orders/';
const dayMs = 86_400_000;
/** An older order has no effect; a Broker gives up long before. */
const rememberedDays = 7;

/** The same for each delivery of an order. */
export const orderName = (givenAt: Date, token: string): string =>
  `${folder}${givenAt.toISOString().slice(0, 10)}/${token}.json`;

export const isOrderOld = (givenAt: Date, now: Date): boolean =>
  now.getTime() - givenAt.getTime() > rememberedDays * dayMs;

/** Forgets orders that would be too old to have an effect. */
export async function forgetOldOrders(store: ObjectStore, now: Date): Promise<void> {
  for (const name of await store.list(folder)) {
    const endedAt = Date.parse(name.slice(folder.length, folder.length + 10)) + dayMs;
    if (now.getTime() - endedAt > rememberedDays * dayMs) await store.remove(name);
  }
}
