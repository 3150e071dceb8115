import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const versioned = z.object({ version: z.string() });

test.each(['package.json', 'package-lock.json'])('the version in %s is that of VERSION', (path) => {
  expect(versioned.parse(JSON.parse(read(path))).version).toBe(read('VERSION').trim());
});

test('the newest release in CHANGELOG.md is not newer than VERSION', () => {
  const [newest = read('VERSION').trim()] = [...read('CHANGELOG.md').matchAll(/^## \[(\d[^\]]*)\]/gm)].map(
    ([, release]) => release,
  );
  expect(newest).toBe(read('VERSION').trim());
});
