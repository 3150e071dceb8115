import { describe, expect, test } from '@jest/globals';
import { readPrices } from './prices.ts';

describe('the table of prices', () => {
  const prices = [...readPrices()];

  test('names each type of resource once', () => {
    const types = [...new Set(prices.map(([, price]) => price))].flatMap((price) => price.types);
    expect(new Set(types).size).toBe(types.length);
  });

  test('has no price of the future', () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(prices.filter(([, { asOf }]) => asOf >= tomorrow)).toEqual([]);
  });
});
