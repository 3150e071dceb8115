import { beforeAll, describe, test } from '@jest/globals';
import { data } from '../cases/data.ts';
import { failures } from '../cases/failures.ts';
import { identity } from '../cases/identity.ts';
import { limitedEnvironment, limits } from '../cases/limits.ts';
import { batchMode, binaryMode, directMode, structuredMode } from '../cases/modes.ts';
import { events, values } from '../cases/results.ts';
import { routes } from '../cases/routes.ts';
import { telemetry } from '../cases/telemetry.ts';
import type { Case } from '../expectation.ts';
import { act } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { verifyCase } from '../verify-case.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

interface Table {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly environment: Readonly<Record<string, string>>;
}

const standard = {};

const tables: readonly Table[] = [
  { name: 'binary mode', cases: binaryMode, environment: standard },
  { name: 'structured mode', cases: structuredMode, environment: standard },
  { name: 'direct mode', cases: directMode, environment: standard },
  { name: 'batch mode', cases: batchMode, environment: standard },
  { name: 'data', cases: data, environment: standard },
  { name: 'values', cases: values, environment: standard },
  { name: 'returned events', cases: events, environment: standard },
  { name: 'failures', cases: failures, environment: standard },
  { name: 'identity', cases: identity, environment: standard },
  { name: 'telemetry', cases: telemetry, environment: standard },
  { name: 'routes', cases: routes, environment: standard },
  { name: 'limits', cases: limits, environment: limitedEnvironment },
];

/** One process for each environment; each case is one request to it. */
export function describeTables(bench: () => Workbench): void {
  for (const environment of new Set(tables.map((table) => table.environment))) {
    describe(`with ${JSON.stringify(environment)}`, () => {
      let wrapper: WrapperProcess;

      beforeAll(async () => {
        wrapper = await bench().start(environment);
        // so that no case is the first one
        await wrapper.answer(act('nothing')('warm-up'));
      }, 60_000);

      describe.each(tables.filter((table) => table.environment === environment))('$name', ({ name, cases }) => {
        const numbered = cases.map((one, index) => ({ ...one, id: `${name.replaceAll(' ', '-')}-${index}` }));

        test.each(numbered)('$title', async (one) => {
          await verifyCase(wrapper, one, one.id);
        });
      });
    });
  }
}
