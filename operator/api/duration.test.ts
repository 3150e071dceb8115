import { expect, test } from '@jest/globals';
import { duration, durationSeconds, isoDuration } from './duration.ts';

test.each(['0s', '30s', '1h30m', '1.5h', '500ms'])('%s is a duration', (text) => {
  expect(duration.safeParse(text).success).toBe(true);
});

test.each(['', '30', 's', '-1s', '1 s', '1d', '1h 30m'])('fails on %j as a duration', (text) => {
  expect(duration.safeParse(text).success).toBe(false);
});

test.each(['PT1S', 'PT0.5S', 'P1D', 'P1DT2H', 'PT1H30M'])('%s is an ISO 8601 duration', (text) => {
  expect(isoDuration.safeParse(text).success).toBe(true);
});

test.each(['', 'P', 'PT', 'P1DT', '1s', 'PT1', 'pt1s', 'PT-1S'])('fails on %j as an ISO 8601 duration', (text) => {
  expect(isoDuration.safeParse(text).success).toBe(false);
});

test.each([
  ['0s', 0],
  ['1h30m', 5400],
  ['1.5h', 5400],
  ['500ms', 0.5],
])('%s is %d seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});
