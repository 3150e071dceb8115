import { execFile } from 'node:child_process';
import { mkdtemp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeFiles } from './fetch-run.ts';

const execute = promisify(execFile);

/** Nothing of the person who runs the tests. */
export const gitEnvironment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'author',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'author',
  GIT_COMMITTER_EMAIL: 'author@example.com',
} as const;

/** A repository made by git itself. */
export interface GitRepository {
  readonly folder: string;
  git(this: void, ...words: readonly string[]): Promise<string>;
  /** Writes files, commits all, answers the commit. */
  commit(this: void, files: Readonly<Record<string, string>>): Promise<string>;
  link(this: void, path: string, target: string): Promise<void>;
}

export async function makeGitRepository(parent: string): Promise<GitRepository> {
  const folder = await mkdtemp(join(parent, 'repository-'));
  const git = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await execute('git', ['-C', folder, ...words], { env: gitEnvironment, encoding: 'utf8' });
    return stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  return {
    folder,
    git,
    commit: async (files) => {
      await writeFiles(folder, files);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message=change');
      return git('rev-parse', 'HEAD');
    },
    link: (path, target) => symlink(target, join(folder, path)),
  };
}
