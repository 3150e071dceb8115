import { describe, expect, test } from '@jest/globals';
import { findRoot, nameSingleFile } from './entry.ts';
import type { Runtime } from './plan.ts';

const python: Runtime = { language: 'python', version: '3.12' };
const nodejs: Runtime = { language: 'nodejs', version: '22' };
const go: Runtime = { language: 'go', version: '1.24' };

describe('the root of a source', () => {
  test.each([
    ['the top', python, ['main.py', 'lib/main.py'], ''],
    ['the only folder, as archives of a repository have one', python, ['repo-1/main.py', 'repo-1/a.py'], 'repo-1'],
    ['the folder nearest to the top', python, ['z/main.py', 'a/b/main.py'], 'z'],
    ['where the module of the handler is', { ...python, handler: 'hello.handle' }, ['docs/x.py', 'fn/hello.py'], 'fn'],
    ['where the package of a Node.js project is', nodejs, ['package.json', 'src/index.js'], ''],
    ['where an ES module is', nodejs, ['fn/index.mjs'], 'fn'],
    ['where the module of Go is', go, ['go.mod', 'handler.go', 'internal/main.go'], ''],
    ['where the only file of the language is', python, ['README.md', 'fn/lambda.py'], 'fn'],
  ])('is %s', (_what, runtime, paths, root) => {
    expect(findRoot(runtime, paths)).toBe(root);
  });

  test.each([
    ['without files', [], 'got no files, needed main.py'],
    ['without a main file', ['a.py', 'b.py'], 'got 2 files: a.py, b.py, needed main.py'],
    ['with two as near', ['a/main.py', 'b/main.py'], 'got one in each of a, b, allowed one'],
  ])('fails %s', (_what, paths, message) => {
    expect(() => findRoot(python, paths)).toThrow(message);
  });
});

test.each([
  [python, 'code', 'main.py'],
  [{ ...python, handler: 'hello.handle' }, 'x.py', 'hello.py'],
  [{ ...python, handler: 'handle' }, 'x.py', 'main.py'],
  [nodejs, 'x.mjs', 'index.mjs'],
  [nodejs, 'x', 'index.js'],
  [{ ...go, handler: 'main.Handler' }, 'x.go', 'main.go'],
])('a single file for %j, called %s, becomes %s', (runtime, name, expected) => {
  expect(nameSingleFile(runtime, name)).toBe(expected);
});
