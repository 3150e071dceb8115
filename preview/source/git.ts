import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PreviewFailure, type Side } from './failure.ts';

interface Answer {
  readonly isDone: boolean;
  readonly text: string;
  readonly fault: string;
}

/** The repository of a checkout, asked with git; nothing in its working tree, index or branches is changed. */
export class Git {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #ask(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Answer {
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: this.#root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: { ...process.env, ...variables },
    });
    return { isDone: status === 0, text: stdout ?? '', fault: (stderr ?? 'git did not start').trim() };
  }

  #get(side: Side, args: readonly string[], variables: Readonly<Record<string, string>> = {}): string {
    const { isDone, text, fault } = this.#ask(args, variables);
    if (!isDone) throw new PreviewFailure(side, `git ${args[0]} failed`, fault);
    return text.trimEnd();
  }

  /** @throws PreviewFailure where no commit has that name */
  commit(side: Side, name: string): string {
    const { isDone, text } = this.#ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    if (isDone) return text.trim();
    throw new PreviewFailure(
      side,
      `got ${JSON.stringify(name)}, allowed a commit, branch or tag of this clone; fetch it first`,
    );
  }

  /** @throws PreviewFailure where the clone does not reach back to a common commit */
  mergeBase(base: string, head: string): string {
    const { isDone, text } = this.#ask(['merge-base', base, head]);
    if (isDone) return text.trim();
    const isShallow = this.#get('base', ['rev-parse', '--is-shallow-repository']) === 'true';
    throw new PreviewFailure(
      'base',
      isShallow
        ? 'got a shallow clone without the merge base; run git fetch --unshallow'
        : 'got no commit that both sides come from, allowed branches of one history',
    );
  }

  /** Whether the working tree is what HEAD says. */
  isClean(): boolean {
    return this.#get('head', ['status', '--porcelain']) === '';
  }

  /** The tree of the working tree, new and changed files with it, as git would commit it. */
  workingTree(): string {
    const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-index-'));
    try {
      const index = resolve(this.#root, this.#get('head', ['rev-parse', '--git-path', 'index']));
      const copy = join(folder, 'index');
      if (existsSync(index)) copyFileSync(index, copy);
      const variables = { GIT_INDEX_FILE: copy };
      this.#get('head', ['add', '--all'], variables);
      return this.#get('head', ['write-tree'], variables);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Entries at the top of a tree: id by name. */
  entries(side: Side, tree: string): ReadonlyMap<string, string> {
    const lines = this.#get(side, ['ls-tree', '-z', tree]).split('\0');
    return new Map(
      lines.flatMap((line) => {
        const [, id, name] = /^\d+ \w+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
        return id === undefined || name === undefined ? [] : [[name, id] as const];
      }),
    );
  }

  /** Texts below a folder of a tree, by path in it. */
  texts(side: Side, tree: string, folder: string): ReadonlyMap<string, string> {
    const lines = this.#get(side, ['ls-tree', '-r', '-z', '--name-only', tree, `${folder}/`]).split('\0');
    const paths = lines.filter((path) => path !== '');
    const archive = spawnSync('git', ['cat-file', '--batch'], {
      cwd: this.#root,
      input: paths.map((path) => `${tree}:${path}\n`).join(''),
      maxBuffer: 2 ** 28,
    });
    if (archive.status !== 0) throw new PreviewFailure(side, 'git cat-file failed', archive.stderr.toString());
    return new Map(
      readBatch(archive.stdout).map((text, index) => [(paths[index] ?? '').slice(folder.length + 1), text]),
    );
  }

  /** Writes a commit into a folder that must not exist yet, without a branch. */
  addWorktree(side: Side, commit: string, folder: string): void {
    this.#get(side, ['worktree', 'add', '--detach', '--quiet', folder, commit]);
  }

  removeWorktree(folder: string): void {
    this.#ask(['worktree', 'remove', '--force', folder]);
    this.#ask(['worktree', 'prune']);
  }

  /** Messages of the commits that head has and base has not. */
  messages(base: string, head: string): string {
    return this.#get('head', ['log', '--format=%B', `${base}..${head}`]);
  }
}

/** Contents in the answer of `git cat-file --batch`: a line `<id> blob <bytes>`, the bytes, a line end. */
function readBatch(answer: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at < answer.length;) {
    const end = answer.indexOf('\n', at);
    const size = Number(answer.toString('utf8', at, end).split(' ')[2]);
    texts.push(answer.toString('utf8', end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return texts;
}
