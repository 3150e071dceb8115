import { z } from 'zod';

export const upgrade = z.strictObject({
  rebuild: z
    .string()
    .max(16)
    .regex(/^(never|rolling\([1-9][0-9]{0,3}\))$/)
    .default('never')
    .describe(
      'What happens when a new operator brings a new wrapper or base image: `never` waits for the next change of the source, `rolling(n)` rebuilds while fewer than n functions are being rebuilt for that reason',
    ),
});
