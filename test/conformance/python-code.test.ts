import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type PreparedFunction, prepareFunction } from '../../cli/prepared-function.ts';
import { type LocalRuntime, localPython } from '../../operator/runtimes/index.ts';

jest.setTimeout(180_000);

const lock = join(import.meta.dirname, 'python-tools', 'requirements.txt');
const wrapperLock = join(localPython.folder, 'requirements.txt');

/** The tools with what the wrapper imports, installed as the wrapper is: once, beside it. */
const tools = {
  ...localPython,
  installs: lock,
  install: ({ cache }) => [
    { program: 'python3', arguments: ['-m', 'venv', cache] },
    {
      program: join(cache, 'bin', 'pip'),
      arguments: ['install', '--quiet', '--require-hashes', '--requirement', lock, '--requirement', wrapperLock],
    },
  ],
  build: () => [],
  start: ({ cache }) => ({ program: join(cache, 'bin', 'python'), arguments: ['-m'] }),
} as const satisfies LocalRuntime;

const functions = join(import.meta.dirname, 'functions', 'python');

describe('the code of the wrapper of python', () => {
  let prepared: PreparedFunction;

  beforeAll(() => {
    prepared = prepareFunction(tools, { source: localPython.folder, handler: undefined });
  });

  afterAll(() => prepared.remove());

  test.each([
    ['has the types that it says', 'mypy', ['--cache-dir', '/dev/null']],
    ['has no mistake that ruff knows', 'ruff', ['check', '--no-cache']],
    ['is laid out as ruff does it', 'ruff', ['format', '--no-cache', '--check', '.']],
    [
      'is tried by functions that are laid out so too',
      'ruff',
      ['format', '--no-cache', '--check', '--exclude=syntax.py', functions],
    ],
  ] as const)('%s', (_title, tool, args) => {
    const { program, arguments: first } = prepared.command;
    const { status, stdout, stderr } = spawnSync(program, [...first, tool, ...args], {
      cwd: localPython.folder,
      encoding: 'utf8',
    });
    expect({ status, printed: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, printed: '' });
  });
});
