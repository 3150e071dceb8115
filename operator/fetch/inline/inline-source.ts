import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { FetchError } from '../failure.ts';
import type { SourcePlan } from '../plan.ts';
import type { Source } from '../source.ts';
import { unsafe } from '../source-path.ts';
import { digestOf, refuseChange, type Version } from '../version.ts';

/** Files of a mounted ConfigMap, as keys or in folders that `items` names. Its version is the digest of them all. */
export function buildInlineSource({ folder }: SourcePlan<'inline'>): Source {
  return {
    resolve: async () => versionOf(await readFiles(folder)),
    read: async ({ tree, expected }) => {
      const files = await readFiles(folder);
      const version = versionOf(files);
      refuseChange('inline code', expected, version);
      for (const [path, content] of files) await tree.addFile(path, [content]);
      return version;
    },
  };
}

const versionOf = (files: ReadonlyMap<string, Uint8Array>): Version => ({ kind: 'digest', value: digestOf(files) });

/** A ConfigMap is at most 1 MiB, so all of it is held. */
async function readFiles(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const top = await findMount(folder);
  await walk(top, '', async (path) => {
    const absolute = await realpath(join(top, path));
    if (!absolute.startsWith(`${top}/`)) throw unsafe(path, 'is a link that leaves the mounted folder');
    files.set(path, await readFile(absolute));
  });
  if (files.size === 0) throw new FetchError('NotFound', `inline code: got no files in ${folder}, allowed one or more`);
  return files;
}

/** The kubelet keeps the files behind `..data`, which it exchanges as a whole. */
async function findMount(folder: string): Promise<string> {
  const candidates = [join(folder, '..data'), folder];
  for (const candidate of candidates) {
    try {
      return await realpath(candidate);
    } catch (error) {
      if (!isNativeError(error)) throw error;
    }
  }
  throw new FetchError('NotFound', `inline code: cannot read ${folder}; mount the ConfigMap there`);
}

async function walk(top: string, folder: string, visit: (path: string) => Promise<void>): Promise<void> {
  for (const name of (await readdir(join(top, folder))).toSorted()) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if ((await stat(join(top, path))).isDirectory()) await walk(top, path, visit);
    else await visit(path);
  }
}
