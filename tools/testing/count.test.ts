import { describe, expect, test } from '@jest/globals';
import { countTests, describeCount, sumCounts } from './count.ts';

const suite = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

describe('the count of a report', () => {
  test('sums over suites and leaves out what did not run', () => {
    const testResults = [suite('passed', 'passed', 'pending'), suite('failed', 'passed', 'failed', 'todo')];
    expect(countTests({ testResults })).toEqual({ passed: 2, failed: 1 });
  });

  test('takes a suite that cannot load as one failure', () => {
    expect(countTests({ testResults: [suite('failed')] })).toEqual({ passed: 0, failed: 1 });
  });

  test('takes a suite whose clean-up fails as one failure', () => {
    expect(countTests({ testResults: [suite('failed', 'passed', 'passed')] })).toEqual({ passed: 2, failed: 1 });
  });

  test('fails on a report of another form', () => {
    expect(() => countTests({ testResults: [{}] })).toThrow('expected string');
  });
});

test('the sum of no tier is zero', () => {
  expect(describeCount(sumCounts([]))).toBe('0 passed, 0 failed');
});
