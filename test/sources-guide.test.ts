import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { failures } from '../operator/fetch/index.ts';

const guide = readFileSync(join(import.meta.dirname, '../docs/operations/sources.md'), 'utf8');

test('the guide to sources has each reason once, and no other', () => {
  const described = [...guide.matchAll(/^\| ([A-Z]\w+[A-Z]?\w*) +\|/gm)].map(([, reason = '']) => reason);
  const columns = new Set(['Source', 'Reason']);
  expect(described.filter((word) => !columns.has(word)).toSorted()).toEqual(Object.keys(failures).toSorted());
});
