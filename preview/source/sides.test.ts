import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readSides, type SidesOptions } from './sides.ts';

let root = '';
let memory = '';

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(message: string): string {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
  return git('rev-parse', 'HEAD');
}

/** A project whose synth copies one file: what a side renders is what its sources say. */
const makefile = 'synth:\n\tmkdir -p $(OUT)/dev\n\tcp value.yaml $(OUT)/dev/a.yaml\n\techo ran >> $(COUNTER)\n';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'preview-root-'));
  memory = mkdtempSync(join(tmpdir(), 'preview-memory-'));
  git('init', '--quiet', '--initial-branch', 'main');
  write('Makefile', makefile.replace('$(COUNTER)', join(memory, 'runs.log')));
  write('.gitignore', 'node_modules\n');
  write('node_modules/.installed', '');
  write('value.yaml', 'a: base\n');
  write('manifests/dev/a.yaml', 'a: base\n');
});

afterEach(() => {
  rmSync(root, { recursive: true });
  rmSync(memory, { recursive: true });
});

const options = (change: Partial<SidesOptions> = {}): SidesOptions => ({
  root,
  base: 'main',
  head: { kind: 'working tree' },
  from: 'rendered',
  settings: [],
  memory,
  now: new Date(0),
  plans: undefined,
  ...change,
});

describe('both sides', () => {
  test('are the merge base and the working tree, each by its own program', async () => {
    const base = commit('feat: begin');
    git('checkout', '--quiet', '-b', 'change');
    write('value.yaml', 'a: head\n');
    const head = commit('feat: change');
    git('checkout', '--quiet', 'main');
    write('value.yaml', 'a: later\n');
    commit('feat: go on without it');
    git('checkout', '--quiet', 'change');
    const sides = await readSides(options());
    expect(sides).toMatchObject({ baseCommit: base, headCommit: head, isHeadClean: true, isHeadFresh: false });
    expect(sides.messages).toBe('feat: change');
    expect([sides.base.tree.get('dev/a.yaml'), sides.head.tree.get('dev/a.yaml')]).toEqual(['a: base\n', 'a: head\n']);
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('take what is in no commit, and say so', async () => {
    commit('feat: begin');
    write('value.yaml', 'a: draft\n');
    const sides = await readSides(options());
    expect(sides.isHeadClean).toBe(false);
    expect(sides.head.tree.get('dev/a.yaml')).toBe('a: draft\n');
    expect(git('status', '--porcelain')).toBe('M value.yaml');
  });

  test('are not rendered again while their inputs stay', async () => {
    commit('feat: begin');
    await readSides(options());
    write('docs/page.md', 'no input\n');
    write('Makefile', 'synth:\n\texit 1\n');
    git('checkout', '--quiet', 'Makefile');
    const sides = await readSides(options());
    expect(sides.base.tree.get('dev/a.yaml')).toBe('a: base\n');
    expect(execFileSync('cat', [join(memory, 'runs.log')], { encoding: 'utf8' })).toBe('ran\n');
  });

  test('are read as committed when that is asked for', async () => {
    commit('feat: begin');
    write('manifests/dev/a.yaml', 'a: by hand\n');
    const sides = await readSides(options({ from: 'committed', settings: [{ name: 'dev' }] }));
    expect([sides.base.tree.get('dev/a.yaml'), sides.head.tree.get('dev/a.yaml')]).toEqual([
      'a: base\n',
      'a: by hand\n',
    ]);
    expect(sides.head.settings).toEqual([{ name: 'dev' }]);
  });
});

describe('a side that cannot be had', () => {
  test('fails with the name of an unknown reference', async () => {
    commit('feat: begin');
    await expect(readSides(options({ base: '--nowhere' }))).rejects.toThrow('base: got "--nowhere", allowed a commit');
  });

  test('fails with the side whose program fails, and what it printed', async () => {
    write('Makefile', 'synth:\n\t@echo dev: replicas are wrong >&2; exit 1\n');
    commit('feat: begin broken');
    write('Makefile', makefile.replace('$(COUNTER)', '/dev/null'));
    await expect(readSides(options())).rejects.toMatchObject({
      side: 'base',
      message: 'base: make synth failed',
      output: expect.stringContaining('dev: replicas are wrong'),
    });
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('fails with the head that throws', async () => {
    commit('feat: begin');
    write('Makefile', 'synth:\n\t@exit 1\n');
    await expect(readSides(options())).rejects.toThrow('head: make synth failed');
  });

  test('fails on a shallow clone with what to do', async () => {
    commit('feat: begin');
    git('checkout', '--quiet', '-b', 'change');
    write('value.yaml', 'a: head\n');
    commit('feat: change');
    git('checkout', '--quiet', 'main');
    write('value.yaml', 'a: later\n');
    commit('feat: go on');
    const clone = join(memory, 'clone');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', '--no-single-branch', `file://${root}`, clone]);
    const shallow = options({ root: clone, base: 'origin/main', head: { kind: 'commit', name: 'origin/change' } });
    await expect(readSides(shallow)).rejects.toThrow('git fetch --unshallow');
  });

  test('fails where both sides have no history in common', async () => {
    commit('feat: begin');
    git('checkout', '--quiet', '--orphan', 'other');
    commit('feat: begin again');
    await expect(readSides(options())).rejects.toThrow('no commit that both sides come from');
  });
});
