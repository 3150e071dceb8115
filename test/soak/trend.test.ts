import { describe, expect, test } from '@jest/globals';
import { isFlat, trendOf } from './trend.ts';

const samplesOf = (value: (second: number) => number, count = 60) =>
  Array.from({ length: count }, (_, seconds) => ({ seconds, value: value(seconds) }));

const sawtooth = (seconds: number): number => (seconds % 7) - 3;

describe('a trend', () => {
  test('is the slope of what rises steadily, without noise', () => {
    const { perHour, rise, noise } = trendOf(samplesOf((seconds) => 100 + 2 * seconds));
    expect([perHour, rise, noise].map(Math.round)).toEqual([7200, 118, 0]);
  });

  test('is flat for a sawtooth, and for what falls', () => {
    expect(isFlat(trendOf(samplesOf(sawtooth)))).toBe(true);
    expect(isFlat(trendOf(samplesOf((seconds) => sawtooth(seconds) - seconds)))).toBe(true);
  });

  test('is flat for a quiet one that rises by what is allowed for, and not for more', () => {
    const trend = trendOf(samplesOf((seconds) => 1000 + seconds));
    expect([isFlat(trend, 60), isFlat(trend, 58)]).toEqual([true, false]);
  });

  test('fails to be flat where a sawtooth rises by more than its height', () => {
    expect(isFlat(trendOf(samplesOf((seconds) => sawtooth(seconds) + seconds / 5)))).toBe(false);
  });

  test('fails for two samples', () => {
    expect(() => trendOf(samplesOf(sawtooth, 2))).toThrow('samples: got 2, needed at least 3');
  });
});
