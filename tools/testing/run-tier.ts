import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { colourVariables } from './colour.ts';
import { type Count, countTests, describeFailures } from './count.ts';
import { runProgram } from './process-group.ts';
import type { Tier } from './tiers.ts';

const jest = join('node_modules', 'jest', 'bin', 'jest.js');

export interface TierResult {
  readonly tier: Tier;
  readonly count: Count;
  readonly failures: readonly string[];
  readonly seconds: number;
}

/**
 * Runs the suites of a tier, only those whose path contains one of the patterns where there are any.
 * Its progress goes to stderr, line by line with the tier's name where others run beside it.
 */
export async function runTier(tier: Tier, patterns: readonly string[], isAlone: boolean): Promise<TierResult> {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-tests-'));
  const report = join(folder, 'report.json');
  const startedAt = performance.now();
  try {
    const { code } = await runProgram({
      command: process.execPath,
      arguments: jestArguments(tier, report, patterns),
      output: isAlone ? 'stderr' : (line) => process.stderr.write(`${tier.name} | ${line}\n`),
      environment: colourVariables(process.stderr, process.env),
    });
    return { tier, ...readReport(report, code), seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function jestArguments(tier: Tier, report: string, patterns: readonly string[]): readonly string[] {
  return [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--selectProjects=${tier.name}`,
    // beside the report, this sends the progress to stderr
    '--json',
    `--outputFile=${report}`,
    tier.workers === 1 ? '--runInBand' : `--maxWorkers=${tier.workers ?? '100%'}`,
    ...(patterns.length > 0 ? ['--passWithNoTests', ...patterns] : []),
  ];
}

/** jest that ends with a fault and reports none, or no report at all, is one failure. */
function readReport(path: string, code: number): Pick<TierResult, 'count' | 'failures'> {
  const report: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { testResults: [] };
  const count = countTests(report);
  if (code === 0 || count.failed > 0) return { count, failures: describeFailures(report) };
  return { count: { ...count, failed: 1 }, failures: [`failed: jest ended with ${code} and names no test`] };
}
