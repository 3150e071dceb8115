import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerignore, ImageError, renderDockerfile } from '../runtimes/dockerfile.ts';
import { runtimes } from '../runtimes/runtimes.ts';
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
    for (const [path, content] of await readFolder(join(wrappers, request.language))) {
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

/** Fails where the image has no wrapper of the language: that is a bug of the image. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}
