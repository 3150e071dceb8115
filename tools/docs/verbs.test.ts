import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../stacks/index.ts';
import { groups } from '../operations/verb.ts';
import { shownName, verbs } from '../operations/verbs.ts';
import { renderVerbReference } from './verbs.ts';

function make(...words: readonly string[]): string {
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, ...variables } = process.env;
  const { stdout } = spawnSync('make', ['--no-print-directory', ...words], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: variables,
  });
  return stdout;
}

describe('verbs for people on call', () => {
  test.each(groups)('are listed by make help under %s', (group) => {
    const [, section = ''] = make('help').split(`\n${group}\n`);
    const [listed = ''] = section.split('\n\n');
    const words = listed.split('\n').map((line) => line.trim().split(' ')[0]);
    const inGroup = verbs.filter((verb) => verb.group === group).map(shownName);
    expect(words.filter((word) => word !== '')).toEqual(inGroup);
  });

  test.each(['canary-status', 'deploy-dev', 'deploy-diff', 'rabbitmq-purge-lambda-queues-prd'])(
    'are run by make: %s',
    (word) => {
      expect(make('--dry-run', word)).toContain(`tools/operations/main.ts ${word}\n`);
    },
  );

  test('are all in the reference', () => {
    const reference = renderVerbReference();
    const missing = verbs.filter((verb) => !reference.includes(`make ${shownName(verb).replace('<', '&lt;')}`));
    expect(missing).toEqual([]);
  });
});
