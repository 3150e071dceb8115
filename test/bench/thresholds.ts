import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';

/** The bars of thresholds.json that a schema names; those of other benches are left out. */
export function readThresholds<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
  return schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'thresholds.json'), 'utf8')));
}
