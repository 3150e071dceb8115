import { describe, expect, test } from '@jest/globals';
import { array, assert, constantFrom, property } from 'fast-check';
import { posix } from 'node:path';
import { FetchError } from './failure.ts';
import { parseSourcePath } from './source-path.ts';

describe('a path of a source', () => {
  test.each([
    ['main.py', 'main.py'],
    ['./lib//a.py', 'lib/a.py'],
    ['lib/./a b.py', 'lib/a b.py'],
    ['..a/b..', '..a/b..'],
  ])('%j becomes %j', (path, expected) => {
    expect(parseSourcePath(path)).toBe(expected);
  });

  test.each([
    '',
    '.',
    '/',
    '../a',
    'a/..',
    'a\\b',
    'C:/a',
    'a\u0000',
    'a\u007F',
    '.git/config',
    'a/.GIT/b',
    'x'.repeat(256),
  ])('fails as %j', (path) => {
    expect(() => parseSourcePath(path)).toThrow(FetchError);
  });

  test('stays below its folder, whatever it is', () => {
    const anything = array(constantFrom('..', '.', '', 'a', 'b c', '\\', '~', '%2e%2e', 'é')).map((names) =>
      names.join('/'),
    );
    assert(
      property(anything, (path) => {
        const parsed = tryParse(path);
        expect(parsed === undefined || posix.join('/folder', parsed).startsWith('/folder/')).toBe(true);
      }),
    );
  });
});

function tryParse(path: string): string | undefined {
  try {
    return parseSourcePath(path);
  } catch (error) {
    if (error instanceof FetchError) return undefined;
    throw error;
  }
}
