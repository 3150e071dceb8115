import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { conditionTypes } from '../api/index.ts';
import { reasons as functionReasons } from '../function/reasons.ts';
import { reasons } from './reasons.ts';

const rows = Object.values<
  Readonly<Record<string, { severity: string; message: string; action: string; advice: string }>>
>(reasons).flatMap((group) => Object.entries(group));

const isCode = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'reasons.ts';

/** The state of a service is told by the code of functions. */
const code = [new URL('./', import.meta.url), new URL('../function/', import.meta.url)]
  .flatMap((folder) =>
    readdirSync(folder)
      .filter(isCode)
      .map((file) => readFileSync(new URL(file, folder), 'utf8')),
  )
  .join('\n');

describe('a reason', () => {
  test.each(rows.map(([reason]) => reason))('%s is given by the code', (reason) => {
    expect(code.includes(`'${reason}'`)).toBe(true);
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

  test('of a service is the same for a function and for an agent', () => {
    const shared = Object.entries(reasons.DeployReady).filter(([name]) => name in functionReasons.DeployReady);
    expect(shared.length).toBeGreaterThan(10);
    expect(functionReasons.DeployReady).toMatchObject(Object.fromEntries(shared));
  });
});

test('a condition of the table is one that an agent may have', () => {
  expect(conditionTypes.LambdaAgent).toEqual(expect.arrayContaining(Object.keys(reasons)));
});
