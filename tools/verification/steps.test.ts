import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { chooseSteps, codeFolders, steps } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the choice of steps', () => {
  test('is all of them when none is named', () => {
    expect(chooseSteps([])).toEqual(steps);
  });

  test('keeps the order of the table', () => {
    expect(chooseSteps(['lint', 'format']).map(({ name }) => name)).toEqual(['format', 'lint']);
  });

  test('fails with the known steps on an unknown one', () => {
    expect(() => chooseSteps(['lint', 'lints'])).toThrow(
      'step: got lints, allowed format, lint, types, dead-code, generated, tests',
    );
  });
});

test('every folder with TypeScript is linted', () => {
  const holdsCode = (folder: string): boolean =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith('.ts'));
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$|^dist$/.test(entry.name))
    .map(({ name }) => name);
  expect(codeFolders).toEqual(folders.filter(holdsCode).toSorted());
});

test('every named script exists', () => {
  const scripts = steps.flatMap(({ commands }) => commands.flat()).filter((word) => word.endsWith('.ts'));
  expect(scripts.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
