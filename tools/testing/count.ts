import { z } from 'zod';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

const suiteSchema = z.object({
  status: z.string(),
  assertionResults: z.array(z.object({ status: z.string() })),
});

const reportSchema = z.object({ testResults: z.array(suiteSchema) });

/** Counts jest's JSON report; a suite that failed without a failed test, as one that cannot load, is one failure. */
export function countTests(report: unknown): Count {
  return sumCounts(reportSchema.parse(report).testResults.map(countSuite));
}

function countSuite({ status, assertionResults }: z.output<typeof suiteSchema>): Count {
  const withStatus = (wanted: string): number => assertionResults.filter((test) => test.status === wanted).length;
  const failed = withStatus('failed');
  return { passed: withStatus('passed'), failed: failed === 0 && status === 'failed' ? 1 : failed };
}

export function sumCounts(counts: readonly Count[]): Count {
  return counts.reduce((sum, count) => ({ passed: sum.passed + count.passed, failed: sum.failed + count.failed }), {
    passed: 0,
    failed: 0,
  });
}

export function describeCount({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`;
}
