import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from '../api/index.ts';
import type { LanguageRuntime } from './language-runtime.ts';
import { runtimes } from './runtimes.ts';

/** Folder of the wrappers beside the program, one folder a language. */
export const wrappersFolder = 'wrappers';

/** Files below a folder, by their paths in it. Fails where there is no folder. */
export async function readWrapper(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}

/** By language a hash of what goes into an image beside the author's code; an operator that changes none of it rebuilds nothing. */
export type WrapperHashes = Readonly<Record<Language, string>>;

/** Hashes of what this program puts into images. @param folder of the wrappers; one that is missing counts as empty */
export async function hashWrappers(folder: string): Promise<WrapperHashes> {
  const [nodejs, python, go] = await Promise.all(
    [runtimes.nodejs, runtimes.python, runtimes.go].map((runtime) => hashWrapper(folder, runtime)),
  );
  return { nodejs: nodejs ?? '', python: python ?? '', go: go ?? '' };
}

async function hashWrapper(folder: string, runtime: LanguageRuntime): Promise<string> {
  const hash = createHash('sha256');
  for (const [path, content] of await sortedFiles(join(folder, runtime.language))) {
    hash.update(`${Buffer.byteLength(path)}:${path}${content.byteLength}:`).update(content);
  }
  return hash.update(instructionsOf(runtime)).digest('hex');
}

async function sortedFiles(folder: string): Promise<readonly (readonly [string, Uint8Array])[]> {
  if (!existsSync(folder)) return [];
  return [...(await readWrapper(folder))].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** What the Dockerfile says without dependencies and with them; base images have a place of their own in the key. */
function instructionsOf(runtime: LanguageRuntime): string {
  const { defaultHandler: handler, defaultVersion: version, dependencyFile } = runtime;
  const bases = { build: 'build', run: 'run' };
  const contexts = [new Set<string>(), new Set([dependencyFile])];
  return JSON.stringify(contexts.map((files) => runtime.render({ version, files, handler, bases })));
}
