import { posix } from 'node:path';
import { nameSingleFile } from '../entry.ts';
import { FetchError } from '../failure.ts';
import type { SourcePlan } from '../plan.ts';
import type { ReadRequest, Source } from '../source.ts';
import type { SourceTree } from '../source-tree.ts';
import { GitObjects, type GitObjectsSettings } from './git-objects.ts';
import type { GitServer } from './git-server.ts';
import { resolveRevision } from './revision.ts';
import { refuseChange } from '../version.ts';
import { findEntry, treeOf, type TreeEntry, walkTree } from './tree.ts';

/** A repository: its version is a commit, and what is read is proven by the ids of git. */
export function buildGitSource(
  { ref, path }: SourcePlan<'git'>,
  connect: () => Promise<GitServer>,
  settings: GitObjectsSettings,
): Source {
  const resolve = async (server: GitServer): Promise<string> =>
    resolveRevision(server, ref, (prefix) => findCommits(new GitObjects(server, settings), prefix));
  return {
    resolve: async () => ({ kind: 'commit', value: await resolve(await connect()) }),
    read: async (request) => {
      const server = await connect();
      const { expected } = request;
      const commit = expected?.kind === 'commit' ? expected.value : await resolve(server);
      refuseChange('git', expected, { kind: 'commit', value: commit });
      const objects = new GitObjects(server, settings);
      await loadCommit(objects, server, commit, path).catch((error: unknown) => {
        throw expected === undefined ? error : asChanged(error);
      });
      await readPath(objects, commit, path, request);
      return { kind: 'commit', value: commit };
    },
  };
}

/** What was resolved and is gone has changed since: somebody pushed over it. */
function asChanged(error: unknown): unknown {
  if (!(error instanceof FetchError) || error.reason !== 'NotFound') return error;
  return new FetchError('SourceChanged', `${error.message}; it is resolved again`, { cause: error });
}

/** With a path, the commit comes without files where the server can do so: a function may be a small part of a repository. */
async function loadCommit(objects: GitObjects, server: GitServer, commit: string, path: string): Promise<void> {
  const tips = server.canWantAny ? [commit] : await listTips(server);
  if (tips.includes(commit)) {
    const leaveOut = path !== '' && server.canLeaveOut ? 'blobs' : 'nothing';
    await objects.load({ wants: [commit], history: false, leaveOut });
  } else {
    await objects.load({ wants: tips, history: true, leaveOut: 'nothing' });
  }
  if (!objects.has(commit))
    throw new FetchError('NotFound', `git: got commit ${commit}, which no branch or tag leads to`);
}

async function listTips(server: GitServer): Promise<readonly string[]> {
  return [...new Set((await server.refs('refs/heads/', 'refs/tags/')).values())];
}

async function findCommits(objects: GitObjects, prefix: string): Promise<readonly string[]> {
  const { server } = objects;
  const tips = await listTips(server);
  if (tips.length === 0) return [];
  await objects.load({ wants: tips, history: true, leaveOut: server.canLeaveOut ? 'trees' : 'nothing' });
  return objects.ids().filter((id) => id.startsWith(prefix) && objects.read(id)?.type === 'commit');
}

async function readPath(objects: GitObjects, commit: string, path: string, request: ReadRequest): Promise<void> {
  const { tree, runtime } = request;
  const found = findEntry(objects.read, treeOf(objects.get(commit), commit), path);
  const entries = found.kind === 'folder' ? [...walkTree(objects.read, found)] : [found];
  const wanted = entries.filter(({ kind }) => kind !== 'submodule');
  tree.budget.refuseFiles(wanted.length);
  await objects.loadMissing(wanted.map(({ id }) => id));
  for (const entry of wanted) {
    const name = nameOf(entry, found, nameSingleFile(runtime, posix.basename(entry.path)));
    await addEntry(tree, name, entry, objects.get(entry.id).content);
  }
}

function nameOf(entry: TreeEntry, found: TreeEntry, singleName: string): string {
  if (found.kind !== 'folder') return singleName;
  return found.path === '' ? entry.path : entry.path.slice(found.path.length + 1);
}

async function addEntry(tree: SourceTree, name: string, { kind }: TreeEntry, content: Buffer): Promise<void> {
  if (kind === 'link') tree.addLink(name, content.toString('utf8'));
  else await tree.addFile(name, [content], kind === 'executable');
}
