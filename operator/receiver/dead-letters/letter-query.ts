import { z } from 'zod';
import { deadLetterReasons } from '../dead-letter.ts';
import type { LetterTraits } from './segment-index.ts';

const time = z.iso
  .datetime({ offset: true, error: 'a time as in RFC 3339' })
  .transform((text) => new Date(text).toISOString());

/** Which letters of a namespace; what is left out matches all. */
export const letterQuerySchema = z.strictObject({
  namespace: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a namespace'),
  function: z.string().min(1).max(63).optional(),
  type: z.string().min(1).max(256).optional(),
  reason: z.enum(Object.keys(deadLetterReasons), 'a reason of a dead letter').optional(),
  /** Died at this time or later. */
  since: time.optional(),
  /** Died before this time. */
  until: time.optional(),
});

export type LetterQuery = z.output<typeof letterQuerySchema>;

/** Whether a letter is one that was asked for, but for its namespace and time, which say where to look. */
export function matches(query: LetterQuery, traits: LetterTraits): boolean {
  const { reason, type } = query;
  return (
    isOrAny(query.function, traits.function) && isOrAny(reason, traits.reason) && isOrAny(type, traits.event?.type)
  );
}

const isOrAny = (wanted: string | undefined, found: string | undefined): boolean =>
  wanted === undefined || wanted === found;
