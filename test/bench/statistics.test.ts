import { expect, test } from '@jest/globals';
import { ratios, spreadOf } from './statistics.ts';

test('the spread has the middle sample, the least and the most', () => {
  expect(spreadOf([10, 2, 3])).toEqual({ median: 3, least: 2, most: 10 });
});

test('the median of an even number of samples lies between the middle two', () => {
  expect(spreadOf([4, 1, 2, 10]).median).toBe(3);
});

test('fails without a sample', () => {
  expect(() => spreadOf([])).toThrow('samples: got none');
});

test('a ratio is taken inside its pair', () => {
  expect(
    ratios([
      [100, 50],
      [300, 100],
    ]),
  ).toEqual([2, 3]);
});
