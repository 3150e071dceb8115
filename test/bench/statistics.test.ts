import { expect, test } from '@jest/globals';
import { percentile, ratios, spreadOf } from './statistics.ts';

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

test.each([
  [0.5, 2],
  [0.75, 3],
  [0.99, 4],
])('the smallest sample that is not below a share of %s is %s', (share, sample) => {
  expect(percentile([4, 1, 3, 2], share)).toBe(sample);
});
