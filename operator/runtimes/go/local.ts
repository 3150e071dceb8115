import { join } from 'node:path';
import type { LocalPaths, LocalRuntime } from '../local-runtime.ts';

const folder = join(import.meta.dirname, 'wrapper');

const builderOf = ({ cache }: Pick<LocalPaths, 'cache'>): string => join(cache, 'build');
const functionOf = ({ work }: Pick<LocalPaths, 'work'>): string => join(work, 'function');

/** The function and the wrapper become one program; what of it does not change is in the cache of the tool. */
export const localGo = {
  folder,
  installs: folder,
  interpreter: { program: 'go', version: 'version', hint: 'Go 1.22 or newer' },
  resolvesHandler: 'build',
  install: (paths) => [{ program: 'go', arguments: ['build', '-o', builderOf(paths), './build'], folder }],
  build: (paths) => [
    {
      program: builderOf(paths),
      arguments: ['-source', paths.source, '-handler', paths.handler ?? '', '-output', functionOf(paths)],
      folder,
    },
  ],
  start: (paths) => ({ program: functionOf(paths), arguments: [] }),
} as const satisfies LocalRuntime;
