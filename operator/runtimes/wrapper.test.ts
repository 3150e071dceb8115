import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashWrappers } from './wrapper.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-wrappers-'));
  const wrapper = new URL('python/wrapper', import.meta.url).pathname;
  for (const copy of ['one', 'other']) cpSync(wrapper, join(folder, copy, 'python'), { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the hash of a wrapper', () => {
  test('is the same wherever the same files are', async () => {
    expect(await hashWrappers(join(folder, 'one'))).toEqual(await hashWrappers(join(folder, 'other')));
  });

  test('is another for each language', async () => {
    expect(new Set(Object.values(await hashWrappers(join(folder, 'one')))).size).toBe(3);
  });

  test('changes with a file, for that language alone', async () => {
    const before = await hashWrappers(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'python', 'main.py'), 'print("another")\n');
    const after = await hashWrappers(join(folder, 'other'));
    expect(after.python).not.toBe(before.python);
    expect(after).toEqual({ ...before, python: after.python });
  });

  test('changes with a name', async () => {
    const before = await hashWrappers(join(folder, 'one'));
    writeFileSync(join(folder, 'one', 'python', 'empty.py'), '');
    expect((await hashWrappers(join(folder, 'one'))).python).not.toBe(before.python);
  });
});
