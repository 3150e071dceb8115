import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type MetricName, metrics } from '../operator/api/index.ts';

/** Metrics whose program is not there yet, by what emits them; a part that emits its own takes them out of here. */
const waitingFor: Readonly<Record<string, readonly MetricName[]>> = {
  'wrappers of functions': [
    'knative_lambda_function_invocations_total',
    'knative_lambda_function_duration_seconds',
    'knative_lambda_function_errors_total',
    'knative_lambda_function_cold_starts_total',
    'knative_lambda_function_cold_start_seconds',
  ],
};

const folders = ['operator', 'samples/agents'].map((folder) => join(import.meta.dirname, '..', folder));

/** Sources of what runs, without the table of names itself and without tests. */
const sources = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|py|js|mjs|go)$/.test(path) && !path.startsWith('api') && !path.includes('.test.'))
    .map((path) => readFileSync(join(folder, path), 'utf8')),
);

test('every own metric is emitted by some program or waits for a named one', () => {
  const emitted = Object.keys(metrics).filter((name) => sources.some((text) => text.includes(name)));
  const waiting = Object.values(waitingFor).flat();
  expect([...emitted, ...waiting].toSorted()).toEqual(Object.keys(metrics).toSorted());
});
