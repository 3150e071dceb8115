import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { describeClient } from './suites/client.ts';
import { describeEnd } from './suites/end.ts';
import { describeLoad } from './suites/load.ts';
import { describeMisbehaviour } from './suites/misbehaviour.ts';
import { describeStart } from './suites/start.ts';
import { describeTables } from './suites/tables.ts';
import { describeTracing } from './suites/tracing.ts';
import { type TestedLanguage, Workbench } from './tested-language.ts';

/** The whole suite against the wrapper of one language, whose interpreter must be on PATH. */
export function describeLanguage(
  tested: TestedLanguage,
  further: (bench: () => Workbench) => void = () => undefined,
): void {
  let workbench: Workbench;
  const bench = (): Workbench => workbench;

  jest.setTimeout(60_000);

  // a language that is compiled may have its library to compile first
  beforeAll(() => {
    workbench = new Workbench(tested);
    workbench.prepare(undefined);
  }, 600_000);

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
