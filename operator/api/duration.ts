import { z } from 'zod';

/** Number and unit, repeated: `30s`, `1h30m`, `0s`. */
export const duration = z
  .string()
  .max(32)
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/);

const secondsOf = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** Seconds of a duration such as `1h30m`; 0 for what is none. */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, amount, unit]) => {
    const known = (['ms', 's', 'm', 'h'] as const).find((one) => one === unit);
    return sum + Number(amount) * (known === undefined ? 0 : secondsOf[known]);
  }, 0);
}

const isoAmount = '[0-9]+([.,][0-9]+)?';
const isoTime = `T(${isoAmount}[HMS])+`;

/** ISO 8601, as a Broker's `backoffDelay` is written: `PT1S`. */
export const isoDuration = z
  .string()
  .max(64)
  .regex(new RegExp(`^P((${isoAmount}[YMWD])+(${isoTime})?|${isoTime})$`));
