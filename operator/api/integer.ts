import { z } from 'zod';

/** int32 with bounds; without an upper bound the limit is that of the type. */
export function int32(minimum: number, maximum?: number) {
  const bounded = z.int().min(minimum);
  return (maximum === undefined ? bounded : bounded.max(maximum)).meta({ format: 'int32' });
}

export function int64(minimum: number) {
  return z.int().min(minimum).meta({ format: 'int64' });
}

export const port = int32(1, 65_535);
