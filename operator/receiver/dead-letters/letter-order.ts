import { z } from 'zod';
import { letterKey } from './letter-entry.ts';
import { type LetterQuery, letterQuerySchema } from './letter-query.ts';
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

/** Letters that an order is about. */
export interface ChosenLetters {
  readonly letters: readonly PlacedLetter[];
  /** Where the next page begins; undefined behind the last. */
  readonly next: string | undefined;
  /** All that the filters fit, of which a page is a part. */
  readonly total: number;
}

type Choice = LetterQuery & Pick<ReplayOfLetters, 'key' | 'limit' | 'after'>;

/** @throws Refusal for the key of a letter that is not there */
export function chooseLetters({ letters }: Pick<ReplayProps, 'letters'>, choice: Choice): ChosenLetters {
  const { after, key: one, limit, ...query } = choice;
  if (one === undefined) return { ...letters.page(query, { after, limit }), total: letters.count(query) };
  const found = letters.catalogue.find(query.namespace, one);
  if (found === undefined) throw unknownLetter(query.namespace, one);
  return { letters: [found], next: undefined, total: 1 };
}

/** Sends again what an order names; what it only counts in a dry run. */
export async function replayLetters(
  props: ReplayProps,
  { dryRun, rate, ...choice }: ReplayOfLetters,
  signal: AbortSignal,
): Promise<LetterReport> {
  const { letters, next, total } = chooseLetters(props, choice);
  const shared = { letters: letters.length, next: next ?? null, dryRun };
  if (dryRun) return { ...shared, total };
  return { ...shared, ...(await replay(props, { letters, perSecond: rate, signal })) };
}

/** Removes what an order names, and says what is left of it. */
export async function purgeLetters(props: ReplayProps, { dryRun, ...choice }: PurgeOfLetters): Promise<LetterReport> {
  const { letters, total } = chooseLetters(props, { ...choice, after: undefined });
  if (dryRun) return { purged: 0, left: total, dryRun };
  await props.letters.remove(
    choice.namespace,
    letters.map(({ entry }) => letterKey(entry)),
  );
  return { purged: letters.length, left: total - letters.length, dryRun };
}

export const unknownLetter = (namespace: string, one: string): Refusal =>
  new Refusal('unknown_target', `no dead letter ${one} in namespace ${namespace}`);
