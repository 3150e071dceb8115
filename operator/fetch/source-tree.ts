import { mkdir, open, realpath, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { isNativeError } from 'node:util/types';
import { Budget, type Limits } from './limits.ts';
import { NameRegister } from './name-register.ts';
import { parseSourcePath, unsafe } from './source-path.ts';

export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The author's files on their way to the disk: what is unsafe or too much is refused before it is written. */
export class SourceTree {
  readonly budget: Budget;
  readonly #folder: string;
  readonly #names = new NameRegister();
  readonly #files: string[] = [];
  readonly #links = new Map<string, string>();

  /** @param folder an empty folder that is this tree's alone */
  constructor(folder: string, limits: Limits) {
    this.#folder = folder;
    this.budget = new Budget(limits);
  }

  get files(): readonly string[] {
    return this.#files;
  }

  /** Writes a file; of its mode only the right to execute it is kept. */
  async addFile(rawPath: string, content: Content, executable = false): Promise<void> {
    const path = this.#take(rawPath);
    const absolute = join(this.#folder, path);
    await mkdir(dirname(absolute), { recursive: true });
    // `wx`: never through something that is there
    const file = await open(absolute, 'wx', executable ? 0o755 : 0o644);
    try {
      let size = 0;
      for await (const chunk of content) {
        size += chunk.length;
        this.budget.addContent(path, chunk.length, size);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    this.#files.push(path);
  }

  /** A symbolic link; it is made by `keep`, so that nothing is ever written through it. */
  addLink(rawPath: string, target: string): void {
    const path = this.#take(rawPath);
    if (target === '' || target.startsWith('/') || target.includes('\\')) {
      throw unsafe(path, 'is a link to an absolute path, allowed a relative one that stays in the source');
    }
    this.#links.set(path, target);
  }

  /**
   * Moves a folder of the tree (empty: all of it) to where it is wanted, with the links in it.
   * A link that leaves that folder, or points to nothing, is refused.
   */
  async keep(root: string, destination: string): Promise<void> {
    const kept = join(this.#folder, root);
    const links = [...this.#links].filter(([path]) => root === '' || path.startsWith(`${root}/`));
    for (const [path, target] of links) {
      const absolute = join(this.#folder, path);
      if (leaves(root, path, target)) throw leaving(path);
      await mkdir(dirname(absolute), { recursive: true });
      await symlink(target, absolute);
    }
    for (const [path] of links) await refuseEscape(await realpath(kept), join(this.#folder, path), path);
    await rename(kept, destination);
    if (root !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  #take(rawPath: string): string {
    const path = parseSourcePath(rawPath);
    this.budget.addFile(path);
    this.#names.takeFile(path);
    return path;
  }
}

const leaving = (path: string): Error => unsafe(path, 'is a link that leaves the source');

function leaves(root: string, path: string, target: string): boolean {
  const inside = root === '' ? path : path.slice(root.length + 1);
  const pointed = posix.normalize(posix.join(posix.dirname(inside), target));
  return pointed === '..' || pointed.startsWith('../');
}

/** A chain of links may leave the folder where none of them does by itself. */
async function refuseEscape(folder: string, link: string, path: string): Promise<void> {
  let real: string;
  try {
    real = await realpath(link);
  } catch (error) {
    throw isNativeError(error) ? unsafe(path, 'is a link to nothing, or to itself') : error;
  }
  if (real !== folder && !real.startsWith(`${folder}/`)) throw leaving(path);
}
