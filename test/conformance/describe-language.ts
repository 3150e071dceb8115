import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { describeClient } from './suites/client.ts';
import { describeEnd } from './suites/end.ts';
import { describeLoad } from './suites/load.ts';
import { describeMisbehaviour } from './suites/misbehaviour.ts';
import { describeStart } from './suites/start.ts';
import { describeTables } from './suites/tables.ts';
import { describeTracing } from './suites/tracing.ts';
import { type TestedLanguage, Workbench } from './tested-language.ts';

/**
 * The whole suite against the wrapper of one language. Without its interpreter the suite is one skipped test, and with
 * CI=true one that fails.
 */
export function describeLanguage(
  tested: TestedLanguage,
  further: (bench: () => Workbench) => void = () => undefined,
): void {
  const { program, hint } = tested.runtime.interpreter;
  if (spawnSync(program, ['--version']).error !== undefined && spawnSync(program, ['version']).error !== undefined) {
    const missing = `${tested.language} needs ${program} on PATH: install ${hint}`;
    const report = process.env['CI'] === 'true' ? test : test.skip;
    report.each([missing])('%s', (fault) => {
      expect(fault).toBe('');
    });
    return;
  }
  let workbench: Workbench;
  const bench = (): Workbench => workbench;

  jest.setTimeout(60_000);

  beforeAll(() => {
    workbench = new Workbench(tested);
  });

  afterAll(() => workbench.close(), 30_000);

  describe.each([tested.language])('%s', () => {
    describeTables(bench);
    describeStart(tested, bench);
    describeLoad(bench);
    describeEnd(bench);
    describeMisbehaviour(bench);
    describeTracing(bench);
    describeClient(bench);
    further(bench);
  });
}
