import { z } from 'zod';

/** Number and unit, repeated: `30s`, `1h30m`, `0s`. */
export const duration = z
  .string()
  .max(32)
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/);

const isoAmount = '[0-9]+([.,][0-9]+)?';
const isoTime = `T(${isoAmount}[HMS])+`;

/** ISO 8601, as a Broker's `backoffDelay` is written: `PT1S`. */
export const isoDuration = z
  .string()
  .max(64)
  .regex(new RegExp(`^P((${isoAmount}[YMWD])+(${isoTime})?|${isoTime})$`));
