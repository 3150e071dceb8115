import { z } from 'zod';

/** Number and unit, repeated: `30s`, `1h30m`, `0s`. */
export const duration = z
  .string()
  .max(32)
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/);

/** ISO 8601, as a Broker's `backoffDelay` is written: `PT1S`. */
export const isoDuration = z
  .string()
  .min(3)
  .max(64)
  .regex(/^P([0-9]+([.,][0-9]+)?[YMWD])*(T([0-9]+([.,][0-9]+)?[HMS])+)?$/);
