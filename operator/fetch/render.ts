import { join } from 'node:path';
import { dockerignore, ImageError, renderDockerfile } from '../runtimes/dockerfile.ts';
import { runtimes } from '../runtimes/runtimes.ts';
import { readWrapper } from '../runtimes/wrapper.ts';
import type { ContextRequest, RenderContext } from './context.ts';
import { FetchError } from './failure.ts';

/** Folder of the build context that holds the wrapper. */
const wrapperFolder = 'runtime';

/** Renders what is built beside the author's files: the Dockerfile of the language, and its wrapper from a folder. */
export function renderFrom(wrappers: string): RenderContext {
  return async (request) => {
    const files = new Map<string, string | Uint8Array>([
      ['Dockerfile', dockerfileOf(request)],
      ['.dockerignore', dockerignore],
    ]);
    // an image without a wrapper of the language is a bug of the image: this fails
    for (const [path, content] of await readWrapper(join(wrappers, request.language))) {
      files.set(`${wrapperFolder}/${path}`, content);
    }
    return files;
  };
}

function dockerfileOf({ files, handler, language, version }: ContextRequest): string {
  const inRoot = new Set(files.map((path) => path.replace(/\/.*/, '')));
  try {
    return renderDockerfile(runtimes[language], { version, files: inRoot, handler: handler ?? null, bases: {} });
  } catch (error) {
    if (error instanceof ImageError) throw new FetchError('Unsupported', error.message, { cause: error });
    throw error;
  }
}
