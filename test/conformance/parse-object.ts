import { z } from 'zod';

const anyObject = z.record(z.string(), z.unknown());

/** JSON text as an object. */
export const parseObject = (text: Buffer | string): Readonly<Record<string, unknown>> =>
  anyObject.parse(JSON.parse(text.toString('utf8')));
