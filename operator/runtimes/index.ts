/** The wrappers that functions run in: how they start, and the images that hold them. */
export type { BaseImage, BaseImages } from './base-image.ts';
export { localGo } from './go/local.ts';
export { dockerignore, ImageError, type ImageSettings, renderDockerfile } from './dockerfile.ts';
export type { ImageContext, LanguageRuntime } from './language-runtime.ts';
export type { Command, LocalPaths, LocalRuntime } from './local-runtime.ts';
export { localRuntimes } from './local-runtimes.ts';
export { localNodejs } from './nodejs/local.ts';
export { localPython } from './python/local.ts';
export { runtimes } from './runtimes.ts';
