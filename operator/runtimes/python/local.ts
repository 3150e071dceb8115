import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, LocalPaths, LocalRuntime } from '../local-runtime.ts';

const folder = join(import.meta.dirname, 'wrapper');
const lock = join(folder, 'requirements.txt');
const pipOptions = ['--disable-pip-version-check', '--no-input', '--quiet'];

const pythonOf = ({ cache }: Pick<LocalPaths, 'cache'>): string => join(cache, 'bin', 'python');

/** What the author's code depends on, beside the code and not in it. */
const packagesOf = ({ work }: Pick<LocalPaths, 'work'>): string => join(work, 'packages');

const pip = (paths: LocalPaths, ...options: readonly string[]): Command => ({
  program: pythonOf(paths),
  arguments: ['-m', 'pip', 'install', ...pipOptions, ...options],
});

/** The wrapper has an environment of its own, made once for each lock of what it needs. */
export const localPython = {
  folder,
  installs: lock,
  interpreter: { program: 'python3', hint: 'Python 3.10 or newer' },
  resolvesHandler: 'start',
  install: (paths) => [
    { program: 'python3', arguments: ['-m', 'venv', paths.cache] },
    pip(paths, '--require-hashes', '--requirement', lock),
  ],
  build: (paths) => {
    const manifest = join(paths.source, 'requirements.txt');
    return existsSync(manifest) ? [pip(paths, '--target', packagesOf(paths), '--requirement', manifest)] : [];
  },
  start: (paths) => ({
    program: pythonOf(paths),
    arguments: [join(folder, 'main.py')],
    variables: {
      FUNCTION_SOURCE: paths.source,
      PYTHONPATH: packagesOf(paths),
      // neither the checkout nor the author's folder is written to
      PYTHONPYCACHEPREFIX: join(paths.cache, 'bytecode'),
      ...(paths.handler === undefined ? {} : { HANDLER: paths.handler }),
    },
  }),
} as const satisfies LocalRuntime;
