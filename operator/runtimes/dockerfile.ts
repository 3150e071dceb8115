import { type BaseImages, imageReference } from './base-image.ts';
import type { ImageContext, LanguageRuntime } from './language-runtime.ts';

export interface ImageSettings extends Pick<ImageContext, 'version' | 'files' | 'handler'> {
  /** Base images instead of those of the table: mirrors, digests. */
  readonly bases: Partial<BaseImages>;
}

/** A function asks for what no image can be made of. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

const handlerPattern = /^[A-Za-z_]\w{0,99}(\.[A-Za-z_]\w{0,99})?$/;

/**
 * The Dockerfile of a function: the same text for the same settings, and no instruction of anybody else.
 * @throws ImageError on an unknown version, with those that are known, or a handler that is none
 */
export function renderDockerfile(runtime: LanguageRuntime, { version, files, handler, bases }: ImageSettings): string {
  if (!runtime.versions.includes(version)) {
    const allowed = runtime.versions.join(', ');
    throw new ImageError(`version of ${runtime.language}: got ${JSON.stringify(version)}, allowed ${allowed}`);
  }
  if (handler !== null && !handlerPattern.test(handler)) {
    throw new ImageError(`handler: got ${JSON.stringify(handler)}, allowed module.function or function`);
  }
  const { build, run } = { ...runtime.baseImages(version), ...bases };
  const references = { build: imageReference(build), run: imageReference(run) };
  return `${runtime.render({ version, files, handler, bases: references }).join('\n')}\n`;
}

/** What an author's folder may hold and an image never does. */
export const dockerignore = [
  'app/.git',
  'app/node_modules',
  'app/**/__pycache__',
  'app/.venv',
  'runtime/tsconfig.json',
  'runtime/**/*_test.go',
  'runtime/**/testdata',
  'runtime/pyproject.toml',
  '',
].join('\n');
