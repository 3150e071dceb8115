import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import { readTestRun, testRunFiles } from './committed-test-runs.ts';
import { runK6 } from './k6.ts';

const scenario = z.looseObject({
  duration: z.string().nullish(),
  stages: z.array(z.looseObject({ duration: z.string() })).nullish(),
});

const options = z.looseObject({
  scenarios: z.record(z.string(), scenario),
  thresholds: z.record(z.string(), z.array(z.unknown()).min(1)),
});

/** Seconds of a k6 duration such as 2m30s. */
function toSeconds(text: string): number {
  const parts = [...text.matchAll(/([0-9.]+)([hms])/g)];
  const secondsIn: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (secondsIn[unit] ?? Number.NaN), 0);
}

/** Options of a script, as k6 itself reads them. */
async function inspect(script: string): Promise<z.output<typeof options>> {
  const { output } = await runK6(['inspect', script]);
  return options.parse(JSON.parse(output));
}

async function secondsOf(script: string): Promise<number> {
  const { scenarios } = await inspect(script);
  const durations = Object.values(scenarios).flatMap(({ duration, stages }) => [
    ...(duration == null ? [] : [duration]),
    ...(stages ?? []).map((stage) => stage.duration),
  ]);
  return durations.map(toSeconds).reduce((sum, one) => sum + one, 0);
}

describe('the options that k6 reads from the scripts', () => {
  test.each([
    ['smoke.ts', 30],
    ['load.ts', 13 * 60],
    ['stress.ts', 24 * 60],
    ['canary.ts', 2 * 60],
    ['create-lambdas.ts', 5],
    ['execute-lambda.ts', 55],
    ['sre-metrics-validation.ts', 130],
    ['sre-slo-compliance.ts', 270],
  ])('%s lasts %i seconds', async (script, expected) => {
    expect(await secondsOf(script)).toBe(expected);
  });

  test('have thresholds in every script that is run', async () => {
    const files = readdirSync(join(projectRoot, 'charts', 'load'));
    const scripts = testRunFiles('dev').map((file) => readTestRun('dev', file).spec.script.configMap.file);
    expect(files).toEqual(expect.arrayContaining(scripts));
    const thresholds = await Promise.all(scripts.map(async (script) => (await inspect(script)).thresholds));
    expect(thresholds.filter((one) => Object.keys(one).length === 0)).toEqual([]);
  });

  test('are archived with all files that a script imports, as k6-operator does before a run', async () => {
    const { code, output } = await runK6(['archive', 'load.ts', '-O', '/dev/null', '--tag', 'testid=one']);
    expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining('level=error') });
  });
});
