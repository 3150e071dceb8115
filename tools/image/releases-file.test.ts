import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../stacks/index.ts';
import { withRelease } from './releases-file.ts';

const text = readFileSync(join(projectRoot, 'stacks', 'releases.yaml'), 'utf8');
const release = { tag: 'v1.2.3', digest: `sha256:${'0'.repeat(64)}`, commit: 'a'.repeat(40) };

test('a release changes its own lines and no other', () => {
  const before = text.split('\n');
  const after = withRelease(text, 'pro', release).split('\n');
  const changed = after.filter((line, index) => line !== before[index]);
  expect(after).toHaveLength(before.length);
  expect(changed).toEqual(['    tag: v1.2.3', `    digest: ${release.digest}`, `    commit: ${release.commit}`]);
});

test('fails on a digest that is none', () => {
  expect(() => withRelease(text, 'pro', { ...release, digest: 'undefined' })).toThrow(
    'releases.operator.pro.digest: got "undefined"',
  );
});
