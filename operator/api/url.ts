import { z } from 'zod';

/** URL or host:port: printable ASCII without blanks. What it points at is checked where it is used. */
export const url = z
  .string()
  .max(2048)
  .regex(/^[!-~]*$/);
