import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { localGo } from '../../operator/runtimes/index.ts';

jest.setTimeout(180_000);

/** What a tool printed, where it is not content. */
function complaintOf(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: localGo.folder, encoding: 'utf8' });
  return status === 0 ? '' : `${program} ended with ${status}: ${stdout}${stderr}`;
}

describe('the code of the wrapper of go', () => {
  test('is laid out as gofmt does it, and so is what tries it', () => {
    const folders = [localGo.folder, import.meta.dirname, join(import.meta.dirname, '..', 'bench', 'runtimes', 'go')];
    const { status, stdout } = spawnSync('gofmt', ['-l', ...folders], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test('has no mistake that go vet knows', () => {
    expect(complaintOf('go', ['vet', './...'])).toBe('');
  });

  test('passes its own tests, with the detector of races where there is a compiler of C', () => {
    const hasCompiler = spawnSync('gcc', ['--version']).status === 0;
    expect(complaintOf('go', ['test', ...(hasCompiler ? ['-race'] : []), './...'])).toBe('');
  });

  test('depends on nothing but the library of the language', () => {
    const { stdout } = spawnSync('go', ['list', '-m', 'all'], { cwd: localGo.folder, encoding: 'utf8' });
    expect(stdout.trim()).toBe('lambda.knative.io/runtime');
  });
});
