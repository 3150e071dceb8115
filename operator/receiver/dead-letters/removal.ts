import { z } from 'zod';
import type { ObjectStore } from './object-store.ts';

/** Objects that list letters which count no longer: segments are never changed, and removal is one write. */
export const removalFolder = 'removed/';

const schema = z.strictObject({ keys: z.array(z.string()) });

/** @returns the name of the object */
export async function writeRemoval(
  store: ObjectStore,
  { keys, namespace, stamp }: { readonly namespace: string; readonly keys: readonly string[]; readonly stamp: string },
): Promise<string> {
  const name = `${removalFolder}${namespace}/${stamp}.json`;
  await store.put(name, Buffer.from(JSON.stringify({ keys })));
  return name;
}

/** @returns undefined for one that is gone */
export async function readRemoval(store: ObjectStore, name: string): Promise<ReadonlySet<string> | undefined> {
  const text = await store.get(name);
  return text === undefined ? undefined : new Set(schema.parse(JSON.parse(text.toString())).keys);
}

/** When it was made: what stamps begin with. */
export function removedAt(name: string): number {
  const { day, time } = /\/(?<day>\d{8})T(?<time>\d{9})Z-[^/]*\.json$/.exec(name)?.groups ?? {};
  if (day === undefined || time === undefined) return Number.NaN;
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return Date.parse(`${date}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}.${time.slice(6)}Z`);
}
