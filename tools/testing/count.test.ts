import { describe, expect, test } from '@jest/globals';
import { countTests, describeCount, describeFailures, sumCounts } from './count.ts';

const suite = (status: string, ...tests: readonly string[]) => ({
  name: `${process.cwd()}/test/a.test.ts`,
  status,
  message: 'Cannot find module',
  assertionResults: tests.map((one, index) => ({
    status: one,
    fullName: `the ${index}. test`,
    failureMessages: one === 'failed' ? ['\u001b[31mexpected 1\u001b[39m\n\n    at somewhere'] : [],
  })),
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

describe('what failed in a report', () => {
  test('is each failed test with what it says, without colour', () => {
    const testResults = [suite('passed', 'passed'), suite('failed', 'passed', 'failed')];
    expect(describeFailures({ testResults })).toEqual([
      'failed: test/a.test.ts › the 1. test\n    expected 1\n        at somewhere',
    ]);
  });

  test('is the suite itself where it cannot load', () => {
    expect(describeFailures({ testResults: [suite('failed')] })).toEqual([
      'failed: test/a.test.ts › the suite itself\n    Cannot find module',
    ]);
  });

  test('is nothing where all passed', () => {
    expect(describeFailures({ testResults: [suite('passed', 'passed')] })).toEqual([]);
  });
});

test('the sum of no tier is zero', () => {
  expect(describeCount(sumCounts([]))).toBe('0 passed, 0 failed');
});
