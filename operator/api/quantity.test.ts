import { expect, test } from '@jest/globals';
import { quantity, quantityValue } from './quantity.ts';

test.each(['0', '64Mi', '50m', '0.5', '.5', '1.', '1e3', '1E-2', '2Gi', '1E'])('%s is a quantity', (text) => {
  expect(quantity.safeParse(text).success).toBe(true);
});

test.each(['', 'Mi', '64MiB', '64 Mi', '-1', '1mi', 'lots', '1e'])('fails on %j', (text) => {
  expect(quantity.safeParse(text).success).toBe(false);
});

test.each([
  ['0', 0],
  ['50m', 0.05],
  ['0.5', 0.5],
  ['64Mi', 67_108_864],
  ['1k', 1000],
  ['1e3', 1000],
  ['1E-2', 0.01],
  ['1E', 1e18],
  ['lots', NaN],
])('%s is worth %d', (text, value) => {
  expect(quantityValue(text)).toBe(value);
});
