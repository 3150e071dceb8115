import { z } from 'zod';
import { letterKey } from './letter-entry.ts';
import { letterQuerySchema } from './letter-query.ts';
import { Refusal } from '../refusal.ts';
import { replay, type ReplayProps } from './replay.ts';
import type { PlacedLetter } from './segment-index.ts';

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const key = z.string().min(1).max(256).optional();

/** Which letters to send again, how many of them and how fast. */
export const replaySchema = letterQuerySchema.extend({
  key,
  limit: whole(1, 500).default(100),
  after: z.string().max(512).optional(),
  rate: whole(1, 5000).default(100),
  dryRun: z.boolean().default(false),
});

/** Which letters to remove, and how many of them. */
export const purgeSchema = letterQuerySchema.extend({
  key,
  limit: whole(1, 10_000).default(1000),
  dryRun: z.boolean().default(false),
});

export type ReplayOfLetters = z.output<typeof replaySchema>;
export type PurgeOfLetters = z.output<typeof purgeSchema>;

/** What came of an order. */
export type LetterReport = Readonly<Record<string, unknown>>;

/** Sends again what an order names; what it only counts in a dry run. */
export async function replayLetters(
  props: ReplayProps,
  order: ReplayOfLetters,
  signal: AbortSignal,
): Promise<LetterReport> {
  const { letters } = props;
  const { after, dryRun, key: one, limit, rate, ...query } = order;
  const page = one === undefined ? letters.page(query, { after, limit }) : only(props, query.namespace, one);
  const shared = { letters: page.letters.length, next: page.next ?? null, dryRun };
  if (dryRun) return { ...shared, total: one === undefined ? letters.count(query) : 1 };
  return { ...shared, ...(await replay(props, { letters: page.letters, perSecond: rate, signal })) };
}

/** Removes what an order names, and says what is left of it. */
export async function purgeLetters(props: ReplayProps, order: PurgeOfLetters): Promise<LetterReport> {
  const { letters } = props;
  const { dryRun, key: one, limit, ...query } = order;
  const page = one === undefined ? letters.page(query, { after: undefined, limit }) : only(props, query.namespace, one);
  const total = one === undefined ? letters.count(query) : 1;
  if (dryRun) return { purged: 0, left: total, dryRun };
  await letters.remove(
    query.namespace,
    page.letters.map(({ entry }) => letterKey(entry)),
  );
  return { purged: page.letters.length, left: total - page.letters.length, dryRun };
}

function only({ letters }: ReplayProps, namespace: string, one: string) {
  const found = letters.catalogue.find(namespace, one);
  if (found === undefined) throw unknownLetter(namespace, one);
  const page: { readonly letters: readonly PlacedLetter[]; readonly next: string | undefined } = {
    letters: [found],
    next: undefined,
  };
  return page;
}

export const unknownLetter = (namespace: string, one: string): Refusal =>
  new Refusal('unknown_target', `no dead letter ${one} in namespace ${namespace}`);
