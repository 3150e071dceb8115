import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { grants } from '../operator/api/index.ts';
import { projectRoot } from '../stacks/index.ts';

const isThere = (path: string): boolean => existsSync(join(projectRoot, path));

test('every grant of a program that is here names the module that needs it', () => {
  const modules = [...new Set(grants.map(({ neededBy }) => neededBy))];
  const here = modules.filter((path) => isThere(dirname(path)));
  expect(here.length).toBeGreaterThan(3);
  expect(here.filter((path) => !isThere(path))).toEqual([]);
});
