import { FetchError } from '../failure.ts';
import type { GitObject } from './pack.ts';

/** What a tree names, by its mode. */
export type EntryKind = 'file' | 'executable' | 'link' | 'folder' | 'submodule';

export interface TreeEntry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly id: string;
}

export type ReadObject = (id: string) => GitObject | undefined;

const kindsByMode: Readonly<Record<string, EntryKind>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'link',
  '40000': 'folder',
  '160000': 'submodule',
};

const idBytes = 20;

/** Id of the tree of a commit. */
export function treeOf(commit: GitObject, id: string): string {
  const tree = /^tree ([0-9a-f]{40})\n/.exec(commit.content.toString('latin1', 0, 64))?.[1];
  if (commit.type !== 'commit' || tree === undefined) {
    throw new FetchError('NotFound', `git: ${id} is a ${commit.type}, allowed a commit; name a branch, tag or commit`);
  }
  return tree;
}

/** What a path names under a tree; the tree itself for an empty path. */
export function findEntry(read: ReadObject, tree: string, path: string): TreeEntry {
  let entry: TreeEntry = { path: '', kind: 'folder', id: tree };
  for (const name of path.split('/').filter((one) => one !== '' && one !== '.')) {
    const entries = entry.kind === 'folder' ? readTree(read, entry) : [];
    const wanted = entry.path === '' ? name : `${entry.path}/${name}`;
    const next = entries.find((one) => one.path === wanted);
    if (next === undefined) {
      const there = entries.map((one) => one.path).slice(0, 10);
      const hint = there.length === 0 ? '' : ` (there are ${there.join(', ')})`;
      throw new FetchError('NotFound', `git: got path ${path}, which the commit has not${hint}; correct the path`);
    }
    entry = next;
  }
  return entry;
}

/** All but the folders below one, depth first. */
export function* walkTree(read: ReadObject, folder: TreeEntry): Generator<TreeEntry, void, undefined> {
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of readTree(read, next)) {
      if (entry.kind === 'folder') open.push(entry);
      else yield entry;
    }
  }
}

function readTree(read: ReadObject, { id, path }: TreeEntry): readonly TreeEntry[] {
  const object = read(id);
  if (object?.type !== 'tree')
    throw new FetchError('Truncated', `git: the tree ${id} is not in the pack; it is tried again`);
  const { content } = object;
  const entries: TreeEntry[] = [];
  for (let start = 0; start < content.length;) {
    const space = content.indexOf(' ', start);
    const end = content.indexOf('\0', space);
    if (space < 0 || end < 0) throw new FetchError('Truncated', `git: the tree ${id} is broken; it is tried again`);
    const mode = content.toString('latin1', start, space);
    const name = content.toString('utf8', space + 1, end);
    const kind = kindsByMode[mode];
    if (kind === undefined || name.includes('/')) {
      throw new FetchError(
        'UnsafeContent',
        `git: ${JSON.stringify(name)} has mode ${mode}, allowed files, links and folders`,
      );
    }
    entries.push({
      path: path === '' ? name : `${path}/${name}`,
      kind,
      id: content.toString('hex', end + 1, end + 1 + idBytes),
    });
    start = end + 1 + idBytes;
  }
  return entries;
}
