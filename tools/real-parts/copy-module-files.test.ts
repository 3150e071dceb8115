import { expect, test } from '@jest/globals';
import { parseDownloads } from './copy-module-files.ts';

test('parseDownloads reads the objects that go prints one after the other', () => {
  const output = '{\n\t"Path": "a.example/b",\n\t"Dir": "/mod/b"\n}\n{\n\t"Path": "c",\n\t"Dir": "/mod/c"\n}\n';
  expect(parseDownloads(output)).toEqual([
    ['a.example/b', '/mod/b'],
    ['c', '/mod/c'],
  ]);
});
