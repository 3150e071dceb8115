import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Side } from './failure.ts';
import { Git } from './git.ts';
import { inputsKey, RenderingMemory } from './memory.ts';
import { providePackages, renderCheckout } from './program.ts';
import type { Plan } from './plan.ts';
import type { Rendering } from './rendering.ts';

export interface SidesOptions {
  /** The checkout. */
  readonly root: string;
  /** Commit, branch or tag that the change goes to. */
  readonly base: string;
  /** Commit that has the change, or the working tree. */
  readonly head: { readonly kind: 'commit'; readonly name: string } | { readonly kind: 'working tree' };
  /** rendered: by the program of each side. committed: what each side has in manifests/, which `make verify` proves. */
  readonly from: 'rendered' | 'committed';
  /** Settings of the environments where nothing is rendered. */
  readonly settings: readonly unknown[];
  /** Folder of renderings that were made before. */
  readonly memory: string;
  readonly now: Date;
  /** Asks the Pulumi CLI what it would do to the stacks of the working tree; undefined: nobody is asked. */
  readonly plans: (() => Promise<readonly Plan[]>) | undefined;
}

/** Both sides of a comparison and what names them. */
export interface Sides {
  readonly base: Rendering;
  readonly head: Rendering;
  readonly baseCommit: string;
  readonly headCommit: string;
  /** Whether head is its commit and nothing else. */
  readonly isHeadClean: boolean;
  /** Whether manifests/ of head is what its program renders; true where nothing was rendered. */
  readonly isHeadFresh: boolean;
  readonly from: SidesOptions['from'];
  /** Messages of the commits between both. */
  readonly messages: string;
  /** What the engine would do to stacks; empty where it was not asked. */
  readonly plans: readonly Plan[];
}

interface Place {
  readonly side: Side;
  /** Names its inputs. */
  readonly key: string;
  /** Undefined: the checkout itself. */
  readonly commit: string | undefined;
}

async function renderElsewhere(git: Git, root: string, side: Side, commit: string): Promise<Rendering> {
  const parent = mkdtempSync(join(tmpdir(), 'knative-lambda-base-'));
  const folder = join(parent, 'checkout');
  try {
    git.addWorktree(side, commit, folder);
    await providePackages(side, root, folder);
    return await renderCheckout(side, folder);
  } finally {
    git.removeWorktree(folder);
    rmSync(parent, { recursive: true, force: true });
  }
}

async function render(git: Git, { root, memory, now }: SidesOptions, place: Place): Promise<Rendering> {
  const renderings = new RenderingMemory(memory);
  const known = renderings.find(place.key, now);
  if (known !== undefined) return known;
  const rendering =
    place.commit === undefined
      ? await renderCheckout(place.side, root)
      : await renderElsewhere(git, root, place.side, place.commit);
  renderings.keep(place.key, rendering);
  return rendering;
}

/** Both at once on two processors; once for both where their inputs are the same. */
async function renderBoth(
  git: Git,
  options: SidesOptions,
  base: Place,
  head: Place,
): Promise<readonly [Rendering, Rendering]> {
  if (base.key === head.key) {
    const rendering = await render(git, options, head);
    return [rendering, rendering];
  }
  return Promise.all([render(git, options, base), render(git, options, head)]);
}

function isSameTree(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return [...one].every(([path, text]) => other.get(path) === text);
}

/**
 * Renders both sides: the merge base in a worktree of its own, head where it is. Inputs that were rendered before are
 * not rendered again.
 * @throws PreviewFailure naming the side and the reason
 */
export async function readSides(options: SidesOptions): Promise<Sides> {
  const { root, from } = options;
  const git = new Git(root);
  const headCommit = git.commit('head', options.head.kind === 'commit' ? options.head.name : 'HEAD');
  const baseCommit = git.mergeBase(git.commit('base', options.base), headCommit);
  const isWorkingTree = options.head.kind === 'working tree';
  const isHeadClean = !isWorkingTree || git.isClean();
  const headTree = isHeadClean ? headCommit : git.workingTree();
  const committed = (side: Side, tree: string): Rendering => ({
    tree: git.texts(side, tree, 'manifests'),
    settings: options.settings,
  });
  const messages = git.messages(baseCommit, headCommit);
  const plans = (await options.plans?.()) ?? [];
  const named = { baseCommit, headCommit, isHeadClean, from, messages, plans };
  if (from === 'committed') {
    return { ...named, base: committed('base', baseCommit), head: committed('head', headTree), isHeadFresh: true };
  }
  const keyOf = (side: Side, tree: string): string => inputsKey(git.entries(side, tree), process.version);
  const base = { side: 'base', key: keyOf('base', baseCommit), commit: baseCommit } as const;
  const head = {
    side: 'head',
    key: keyOf('head', headTree),
    commit: isWorkingTree ? undefined : headCommit,
  } as const;
  const [baseRendering, headRendering] = await renderBoth(git, options, base, head);
  return {
    ...named,
    base: baseRendering,
    head: headRendering,
    isHeadFresh: isSameTree(headRendering.tree, committed('head', headTree).tree),
  };
}
