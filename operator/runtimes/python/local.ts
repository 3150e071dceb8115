import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, LocalPaths, LocalRuntime } from '../local-runtime.ts';

const folder = join(import.meta.dirname, 'wrapper');
const lock = join(folder, 'requirements.txt');
const pipOptions = ['--disable-pip-version-check', '--no-input', '--quiet'];

const pythonOf = ({ cache }: Pick<LocalPaths, 'cache'>): string => join(cache, 'bin', 'python');

/** What the wrapper depends on: in a folder of its own, as in an image, so that the author's code does not see it. */
const runtimePackagesOf = ({ cache }: Pick<LocalPaths, 'cache'>): string => join(cache, 'packages');

/** What the author's code depends on. */
const packagesOf = ({ work }: Pick<LocalPaths, 'work'>): string => join(work, 'packages');

const pip = (paths: LocalPaths, ...options: readonly string[]): Command => ({
  program: pythonOf(paths),
  arguments: ['-m', 'pip', 'install', ...pipOptions, ...options],
});

/** As in an image. */
function authorDependencies(paths: LocalPaths): readonly Command[] {
  const requirements = join(paths.source, 'requirements.txt');
  if (existsSync(requirements)) return [pip(paths, '--target', packagesOf(paths), '--requirement', requirements)];
  const isProject = existsSync(join(paths.source, 'pyproject.toml'));
  return isProject ? [pip(paths, '--target', packagesOf(paths), paths.source)] : [];
}

/** The wrapper has an environment of its own, made once for each lock of what it needs. */
export const localPython = {
  folder,
  installs: lock,
  interpreter: { program: 'python3', version: '--version', hint: 'Python 3.10 or newer' },
  resolvesHandler: 'start',
  install: (paths) => [
    { program: 'python3', arguments: ['-m', 'venv', paths.cache] },
    pip(paths, '--target', runtimePackagesOf(paths), '--require-hashes', '--requirement', lock),
  ],
  build: authorDependencies,
  start: (paths) => ({
    program: pythonOf(paths),
    arguments: [join(folder, 'main.py')],
    variables: {
      FUNCTION_SOURCE: paths.source,
      PYTHONPATH: packagesOf(paths),
      RUNTIME_PACKAGES: runtimePackagesOf(paths),
      // neither the checkout nor the author's folder is written to; without this each start would compile everything
      PYTHONPYCACHEPREFIX: join(paths.cache, 'bytecode'),
      PYTHONDONTWRITEBYTECODE: '',
      ...(paths.handler === undefined ? {} : { HANDLER: paths.handler }),
    },
  }),
} as const satisfies LocalRuntime;
