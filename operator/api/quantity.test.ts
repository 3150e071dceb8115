import { expect, test } from '@jest/globals';
import { quantity } from './quantity.ts';

test.each(['0', '64Mi', '50m', '0.5', '.5', '1.', '1e3', '1E-2', '2Gi', '1E'])('%s is a quantity', (text) => {
  expect(quantity.safeParse(text).success).toBe(true);
});

test.each(['', 'Mi', '64MiB', '64 Mi', '-1', '1mi', 'lots', '1e'])('fails on %j', (text) => {
  expect(quantity.safeParse(text).success).toBe(false);
});
