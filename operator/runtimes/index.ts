/** The wrappers that functions run in: how they start, and the images that hold them. */
export type { Command, LocalPaths, LocalRuntime } from './local-runtime.ts';
export { localNodejs } from './nodejs/local.ts';
