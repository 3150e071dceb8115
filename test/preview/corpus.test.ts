import { describe, expect, test } from '@jest/globals';
import { dangers } from '../../preview/index.ts';
import { readCases, reportOf, sayings } from './case.ts';

const cases = readCases();

describe.each([...cases])('%s', (_, members) => {
  test.each(members.map((one) => [one.title, one] as const))('%s', (_title, one) => {
    const report = reportOf(one);
    expect(report.dangers.map(({ code }) => code)).toEqual(one.codes);
    expect(sayings(report)).toEqual(one.says);
  });
});

test('every code of the danger list has a case, and a case that is nearly one', () => {
  const all = [...cases.values()].flat();
  const flagged = new Set(all.flatMap(({ codes }) => codes));
  // the state of the checkout is no pair of trees
  const missing = Object.keys(dangers).filter((code) => !flagged.has(code) && code !== 'manifests-stale');
  expect(missing).toEqual([]);
  expect(all.filter(({ codes }) => codes.length === 0).length).toBeGreaterThanOrEqual(20);
  expect(all.length).toBeGreaterThanOrEqual(60);
});
