import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { readEnvironments } from '../stacks/index.ts';
import { renderExports, shellVariables } from './shell-variables.ts';

/** What a program sees that is started after the shell has read the lines. */
function exportedBy(lines: string): Readonly<Record<string, string>> {
  const { stdout } = spawnSync('bash', ['-c', 'eval "$1"; env --null', 'bash', lines], { encoding: 'utf8', env: {} });
  return Object.fromEntries(
    stdout.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

describe('variables of an environment', () => {
  test.each(readEnvironments().map((environment) => ({ name: environment.name, environment })))(
    'are in $name what a shell reads',
    ({ environment }) => {
      const variables = shellVariables(environment);
      expect(exportedBy(renderExports(variables))).toMatchObject(variables);
      expect(Object.values(variables)).not.toContain('');
    },
  );

  test('take another context by its name, whatever is in it', () => {
    const [environment] = readEnvironments().map((one) => shellVariables(one, `o'neill; $(date) "x"`));
    expect(exportedBy(renderExports(environment ?? {}))['CLUSTER']).toBe(`o'neill; $(date) "x"`);
  });

  test('leave CONTEXT to the verbs', () => {
    const names = readEnvironments().flatMap((environment) => Object.keys(shellVariables(environment)));
    expect(names).not.toContain('CONTEXT');
  });
});
