import { z } from 'zod';
import type { ObjectStore } from './object-store.ts';

/** Objects that say how far an order is, by the day on which it was given. */
const folder = 'orders/';
const dayMs = 86_400_000;
/** An older order has no effect; a Broker gives up long before. */
const rememberedDays = 7;

const recordSchema = z.strictObject({
  /** Keys of the letters that it is about, chosen before anything is done. */
  keys: z.array(z.string()),
  next: z.string().nullable(),
  total: z.int(),
  /** Once it is carried out. */
  report: z.record(z.string(), z.unknown()).optional(),
  /** Whether whoever is to hear of it has. */
  isTold: z.boolean(),
});

/** How far an order is. */
export type OrderRecord = z.output<typeof recordSchema>;

/** The same for each delivery of an order. */
export const orderName = (givenAt: Date, token: string): string =>
  `${folder}${givenAt.toISOString().slice(0, 10)}/${token}.json`;

export const isOrderOld = (givenAt: Date, now: Date): boolean =>
  now.getTime() - givenAt.getTime() > rememberedDays * dayMs;

/** @returns undefined for an order that nobody has begun */
export async function readOrder(store: ObjectStore, name: string): Promise<OrderRecord | undefined> {
  const text = await store.get(name);
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text.toString()));
}

export async function writeOrder(store: ObjectStore, name: string, record: OrderRecord): Promise<OrderRecord> {
  await store.put(name, Buffer.from(JSON.stringify(record)));
  return record;
}

/** Forgets orders that would be too old to have an effect. */
export async function forgetOldOrders(store: ObjectStore, now: Date): Promise<void> {
  for (const name of await store.list(folder)) {
    const endedAt = Date.parse(name.slice(folder.length, folder.length + 10)) + dayMs;
    if (now.getTime() - endedAt > rememberedDays * dayMs) await store.remove(name);
  }
}
