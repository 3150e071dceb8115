import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { SourceTree } from '../source-tree.ts';
import { identifyArchive } from './archive-kind.ts';
import { unpackTar } from './tar.ts';
import { unpackZip } from './zip.ts';

/** Puts what was downloaded into the tree: the files of an archive, or the one file under the name for it. */
export async function unpack(path: string, tree: SourceTree, singleName: string): Promise<void> {
  const kind = await identifyArchive(path);
  if (kind === 'file') return tree.addFile(singleName, createReadStream(path));
  tree.budget.unpack((await stat(path)).size);
  if (kind === 'zip') return unpackZip(path, tree);
  return unpackTar(path, tree, kind === 'tar.gz');
}
