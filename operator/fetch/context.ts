import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildSource } from './build-source.ts';
import { findRoot } from './entry.ts';
import type { Plan, Runtime } from './plan.ts';
import { SourceTree } from './source-tree.ts';
import type { Surroundings } from './surroundings.ts';
import type { Version } from './version.ts';

/** Folder of the build context that holds the author's files; what is rendered stands beside it. */
const sourceFolder = 'app';

export interface ContextRequest extends Runtime {
  /** Paths of the author's files, from their root. */
  readonly files: readonly string[];
  /** Reads one of them: a manifest of packages, say. */
  readonly read: (path: string) => Promise<Buffer>;
}

/** Makes what a build needs beside the author's files, by path from the root of the context: Dockerfile, wrapper, manifests. */
export type RenderContext = (request: ContextRequest) => Promise<ReadonlyMap<string, string | Uint8Array>>;

export interface Fetched {
  readonly version: Version;
  readonly files: number;
  readonly bytes: number;
}

/** Makes the build context of a plan, whole or not at all. */
export async function makeContext(plan: Plan, surroundings: Surroundings, render: RenderContext): Promise<Fetched> {
  // what an interrupted run left must not pass for this one's
  await rm(plan.target, { recursive: true, force: true });
  const work = await mkdtemp(join(dirname(plan.target), '.fetch-'));
  try {
    const [files, scratch, context] = [join(work, 'files'), join(work, 'scratch'), join(work, 'context')];
    for (const folder of [files, scratch, context]) await mkdir(folder);
    const tree = new SourceTree(files, plan.limits);
    const source = await buildSource(plan, surroundings);
    const { expected, runtime } = plan;
    const version = await source.read({ tree, scratch, expected, runtime });
    const root = findRoot(runtime, tree.files);
    await tree.keep(root, join(context, sourceFolder));
    await addRendered(context, plan, filesBelow(root, tree.files), render);
    surroundings.signal.throwIfAborted();
    await rename(context, plan.target);
    return { version, files: tree.budget.files, bytes: tree.budget.bytes };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function filesBelow(root: string, files: readonly string[]): readonly string[] {
  const prefix = root === '' ? '' : `${root}/`;
  return files
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .toSorted();
}

async function addRendered(
  context: string,
  { runtime }: Plan,
  files: readonly string[],
  render: RenderContext,
): Promise<void> {
  const read = (path: string): Promise<Buffer> => readFile(join(context, sourceFolder, path));
  for (const [path, content] of await render({ ...runtime, files, read })) {
    const absolute = join(context, path);
    await mkdir(dirname(absolute), { recursive: true });
    // a template that would replace a file of the author is a bug
    await writeFile(absolute, content, { flag: 'wx' });
  }
}
