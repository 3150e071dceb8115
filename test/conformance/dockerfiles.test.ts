import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type PreparedFunction, prepareFunction } from '../../cli/prepared-function.ts';
import {
  type LanguageRuntime,
  type LocalRuntime,
  localPython,
  renderDockerfile,
  runtimes,
} from '../../operator/runtimes/index.ts';

jest.setTimeout(180_000);

const lock = join(import.meta.dirname, 'dockerfile-tools', 'requirements.txt');

/** hadolint, installed once. */
const hadolint = {
  ...localPython,
  installs: lock,
  install: ({ cache }) => [
    {
      program: 'python3',
      arguments: ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--target', cache, '--requirement', lock],
    },
  ],
  build: () => [],
  start: ({ cache }) => ({ program: join(cache, 'bin', 'hadolint'), arguments: ['-'] }),
} as const satisfies LocalRuntime;

/** What an author's folder may have that makes another text. */
const further = [[], ['package-lock.json'], ['go.sum'], ['pyproject.toml'], ['vendor']] as const;

function textsOf(runtime: LanguageRuntime): ReadonlySet<string> {
  const { sourceFile, dependencyFile } = runtime;
  const folders = further.flatMap((files) => [
    [sourceFile, ...files],
    [sourceFile, dependencyFile, ...files],
  ]);
  const settings = folders.flatMap((files) => runtime.versions.map((version) => ({ version, files: new Set(files) })));
  return new Set(settings.map((one) => renderDockerfile(runtime, { ...one, handler: null, bases: {} })));
}

describe('Dockerfiles of functions', () => {
  let prepared: PreparedFunction;

  beforeAll(() => {
    prepared = prepareFunction(hadolint, { source: localPython.folder, handler: undefined });
  });

  afterAll(() => prepared.remove());

  test.each(Object.values(runtimes))('have no mistake that hadolint knows: $language', (runtime) => {
    const { program, arguments: args } = prepared.command;
    for (const input of textsOf(runtime)) {
      const { status, stdout } = spawnSync(program, args, { input, encoding: 'utf8' });
      expect({ input, status, stdout }).toEqual({ input, status: 0, stdout: '' });
    }
  });
});
