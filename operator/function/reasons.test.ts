import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { finding } from './finding.ts';
import { reasons } from './reasons.ts';

const rows = Object.values<
  Readonly<Record<string, { severity: string; message: string; action: string; advice: string }>>
>(reasons).flatMap((group) => Object.entries(group));

const folder = new URL('./', import.meta.url);
const code = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'reasons.ts')
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');

describe('a reason', () => {
  test.each(rows.map(([reason]) => reason))('%s is given by the code', (reason) => {
    const isGiven = code.includes(`'${reason}'`) || code.includes(`'${reason.replace(/^Source/, '')}'`);
    expect(isGiven).toBe(true);
  });

  test.each(rows)('%s is one word that a condition may have, with words for people', (reason, { message }) => {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(message).toMatch(/^[a-z{#A-Z]/);
    expect(message).not.toMatch(/[.;]$/);
  });

  test.each(rows.filter(([, { severity }]) => severity === 'stalled' || severity === 'retrying'))(
    '%s says what to do',
    (_reason, { advice }) => {
      expect(advice).not.toBe('');
    },
  );

  test('belongs to one condition', () => {
    const names = rows.map(([reason]) => reason);
    expect(names.length).toBe(new Set(names).size);
  });
});

test('a finding fills in every value, and ends with what to do', () => {
  expect(finding('DeployReady', 'NameTaken', { name: 'hello', owner: 'LambdaAgent hello' })).toEqual({
    condition: 'DeployReady',
    reason: 'NameTaken',
    severity: 'stalled',
    message: expect.stringMatching(/^the name hello is taken by LambdaAgent hello; use another name/),
  });
});

test('a finding is not longer than a condition may be', () => {
  const { message } = finding('BuildReady', 'BuildStageFailed', { code: 1, log: 'x'.repeat(50_000) });
  expect(message.length).toBe(32_768);
});

test('a value that looks like a placeholder stays as it is', () => {
  expect(finding('DeployReady', 'ServiceRefused', { cause: 'got {name}' }).message).toContain('got {name}');
});
