import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

const testSchema = z.object({
  status: z.string(),
  fullName: z.string(),
  failureMessages: z.array(z.string()).nullish(),
});

const suiteSchema = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string(),
  assertionResults: z.array(testSchema),
});

type Suite = z.output<typeof suiteSchema>;

const reportSchema = z.object({ testResults: z.array(suiteSchema) });

/** Counts jest's JSON report; a suite that failed without a failed test, as one that cannot load, is one failure. */
export function countTests(report: unknown): Count {
  return sumCounts(reportSchema.parse(report).testResults.map(countSuite));
}

function countSuite({ status, assertionResults }: Suite): Count {
  const withStatus = (wanted: string): number => assertionResults.filter((test) => test.status === wanted).length;
  const failed = withStatus('failed');
  return { passed: withStatus('passed'), failed: failed === 0 && status === 'failed' ? 1 : failed };
}

/** Lines of a failure that say what was wanted and where. */
const shownLines = 12;

/** Each failed test of jest's JSON report: its suite, its name and the first lines of what went wrong. */
export function describeFailures(report: unknown): readonly string[] {
  return reportSchema.parse(report).testResults.flatMap((suite) => {
    const failed = suite.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length > 0) return failed.map((one) => describeFailure(suite, one.fullName, one.failureMessages?.[0]));
    return suite.status === 'failed' ? [describeFailure(suite, 'the suite itself', suite.message)] : [];
  });
}

function describeFailure({ name }: Suite, title: string, message = ''): string {
  const own = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => !line.includes('node_modules'));
  const lines = own.slice(0, shownLines);
  return [`failed: ${relative(process.cwd(), name)} › ${title}`, ...lines.map((line) => `    ${line}`)]
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
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
