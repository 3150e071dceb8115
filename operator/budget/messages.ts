import { z } from 'zod';

const tokens = z.int().min(0).max(1_000_000_000);
const usage = z.strictObject({ input: tokens, output: tokens });
const day = z.iso.date();

/** What meter, receiver and operator tell each other. */
export const reservationSchema = z.strictObject({
  id: z.uuid(),
  run: z.string().regex(/^[0-9a-f]{32}$/),
  usage,
  leaseMs: z.int().min(1000).max(90_000_000),
});

export const settlementSchema = z.strictObject({
  id: z.uuid(),
  day,
  /** Absent where nobody knows. */
  usage: usage.optional(),
});

export const decisionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('granted'), delayMs: z.number().min(0), day }),
  z.object({
    kind: z.literal('refused'),
    scope: z.enum(['day', 'run', 'calls']),
    unit: z.enum(['tokens', 'micros']),
    retryMs: z.number().min(0).optional(),
  }),
]);
export type ToldDecision = z.output<typeof decisionSchema>;

export const usedSchema = z.object({ day, tokens: z.int().min(0), micros: z.int().min(0) });
export type Used = z.output<typeof usedSchema>;
