import { FetchError } from '../failure.ts';
import type { GitServer } from './git-server.ts';

const fullId = /^[0-9a-f]{40}$/;
const shortId = /^[0-9a-f]{7,39}$/;
const shownRefs = 10;

/** Finds the commits of a repository whose ids begin so. */
export type FindCommits = (prefix: string) => Promise<readonly string[]>;

/** The commit that a full id, a branch, a tag or the beginning of an id names, in this order. Nothing else is tried. */
export async function resolveRevision(server: GitServer, revision: string, findCommits: FindCommits): Promise<string> {
  const full = revision.startsWith('refs/') ? [revision] : [`refs/heads/${revision}`, `refs/tags/${revision}`];
  const refs = await server.refs(...full);
  if (fullId.test(revision)) return revision;
  const named = full.map((name) => refs.get(name)).find((id) => id !== undefined);
  if (named !== undefined) return named;
  const found = shortId.test(revision) ? await findCommits(revision) : [];
  const [commit, ...others] = found;
  if (commit === undefined) throw await notFound(server, revision);
  if (others.length > 0) {
    throw new FetchError(
      'NotFound',
      `git: got ${revision}, which ${found.length} commits begin with; write more digits`,
    );
  }
  return commit;
}

async function notFound(server: GitServer, revision: string): Promise<FetchError> {
  const names = [...(await server.refs('refs/heads/', 'refs/tags/')).keys()].map((name) =>
    name.replace(/^refs[/]\w+[/]/, ''),
  );
  const there =
    names.length === 0 ? 'nothing' : names.slice(0, shownRefs).join(', ') + (names.length > shownRefs ? ', …' : '');
  return new FetchError(
    'NotFound',
    `git: got ref ${revision}, which is no branch, tag or commit (there is ${there}); correct the ref`,
  );
}
