import { join } from 'node:path';
import type { LocalRuntime } from '../local-runtime.ts';

const folder = join(import.meta.dirname, 'wrapper');

/** The wrapper needs nothing but Node.js, and the function runs from where it is. */
export const localNodejs = {
  folder,
  installs: folder,
  interpreter: { program: 'node', version: '--version', hint: 'Node.js 20 or newer' },
  resolvesHandler: 'start',
  install: () => [],
  build: () => [],
  start: ({ source, handler }) => ({
    program: process.execPath,
    arguments: [join(folder, 'main.js')],
    variables: { FUNCTION_SOURCE: source, ...(handler === undefined ? {} : { HANDLER: handler }) },
  }),
} as const satisfies LocalRuntime;
