import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findDefaultExports, findEmptyNames, findForbiddenArrows, type Sources } from './arrows.ts';

const root = join(import.meta.dirname, '..');
const withoutSources = new Set(['node_modules', 'dist', 'manifests', 'docs']);

function readSources(): Sources {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !withoutSources.has(entry.name))
    .map(({ name }) => name);
  const paths = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && !path.includes('node_modules/'));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const source = (path: string, text: string): Sources => new Map([[path, text]]);

describe('the sources', () => {
  const sources = readSources();

  test('are found', () => {
    expect([...sources.keys()]).toEqual(expect.arrayContaining(['charts/main.ts', 'test/arrows.test.ts']));
  });

  test('import nothing across folders but what the table lists', () => {
    expect(findForbiddenArrows(sources)).toEqual([]);
  });

  test('have names that say what is inside', () => {
    expect(findEmptyNames(sources.keys())).toEqual([]);
  });

  test('have no default export but where a tool reads it', () => {
    expect(findDefaultExports(sources)).toEqual([]);
  });
});

describe('an import', () => {
  test.each([
    ['charts/a.ts', "import { dev } from '../stacks/dev.ts';", 'stacks/dev.ts'],
    ['charts/a/b.ts', "import type { Grant } from '../../operator/api/grants.ts';", 'operator/api/grants.ts'],
    ['stacks/a.ts', "export { synth } from '../charts/index.ts';", 'charts/index.ts'],
    ['stacks/a.ts', "const charts = await import('../charts/index.ts');", 'charts/index.ts'],
    ['operator/a.ts', "import '../tools/command.ts';", 'tools/command.ts'],
    ['operator/api/a.ts', "import { queue } from '../reconcile/queue.ts';", 'operator/reconcile/queue.ts'],
    ['samples/a.mjs', "import version from '../package.json';", 'package.json'],
    ['helm/a.ts', "import '../charts/index.ts';", 'folder helm is not in the table'],
  ])('fails in %s: %s', (path, text, named) => {
    const faults = findForbiddenArrows(source(path, text));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(named);
  });

  test.each([
    ['charts/a.ts', "import { dev } from '../stacks/index.ts';"],
    ['charts/a.ts', "import { group } from '../operator/api/index.ts';"],
    ['charts/proof/a.ts', "import { b } from '../b.ts'; import { z } from 'zod'; import { join } from 'node:path';"],
    ['operator/function/a.ts', "import { group } from '../api/group.ts';"],
    ['tools/a.ts', "import { dev } from '../stacks/dev.ts';"],
    ['charts/a.ts', 'const text = "import \'../tools/b.ts\'";'],
  ])('passes in %s: %s', (path, text) => {
    expect(findForbiddenArrows(source(path, text))).toEqual([]);
  });
});

test('a name without a noun is found in files and folders', () => {
  const paths = ['charts/utils.ts', 'charts/types.test.ts', 'operator/common/labels.ts', 'charts/type.ts'];
  expect(findEmptyNames(paths)).toEqual(paths.slice(0, 3));
});

test('a default export is found in each of its forms', () => {
  const sources = new Map([
    ['a.ts', 'export default 1;'],
    ['b.ts', 'export default function b() {}'],
    ['c.ts', 'const c = 1; export { c as default };'],
    ['d.ts', 'export const d = 1; // export default'],
    ['e.config.js', 'export default {};'],
  ]);
  expect(findDefaultExports(sources)).toEqual(['a.ts', 'b.ts', 'c.ts']);
});
