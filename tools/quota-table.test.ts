import { expect, test } from '@jest/globals';
import { synthesizeEnvironment } from '../charts/synth.ts';
import { findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { renderQuotaTable } from './quota-table.ts';

const prd = findEnvironment(readEnvironments(), 'prd');
const { files } = synthesizeEnvironment(prd, { releases: readReleases(), sealedSecrets: new Map() });
const table = renderQuotaTable(
  prd,
  files.flatMap((file) => file.manifests),
  'knative-lambda-prd',
);
const rows = table.split('\n').map((line) => line.trim().split(/\s{2,}/));
const row = (name: string): readonly number[] =>
  (rows.find(([first]) => first === name) ?? []).slice(1).map(parseFloat);

test('the table of a quota ends with the sum, the quota and what is left', () => {
  const [needed, quota, left] = [row('needed at most'), row('quota'), row('left')];
  expect(quota).toEqual([100, 16_000, 32_768, 32_000, 65_536, 20, 10]);
  expect(left).toEqual(quota.map((amount, index) => amount - (needed[index] ?? 0)));
});

test('the table of a quota adds up its rows', () => {
  const sources = rows.slice(
    2,
    rows.findIndex(([first]) => first === 'needed at most'),
  );
  const pods = sources.map(([, amount]) => Number(amount)).reduce((sum, amount) => sum + amount, 0);
  expect(pods).toBe(row('needed at most')[0]);
});
