import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../stacks/index.ts';

function run(folder: string, program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

/** Makes a copy of the project a checkout with one commit, and puts the program of the preview there. */
export function makeCheckout(project: string): void {
  run(projectRoot, process.execPath, 'tools/bundle.mjs', 'preview');
  for (const path of ['dist/preview.mjs', 'manifests', '.gitignore']) {
    cpSync(join(projectRoot, path), join(project, path), { recursive: true });
  }
  run(project, 'git', 'init', '--quiet');
  run(project, 'git', 'add', '--all');
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  run(project, 'git', ...author, 'commit', '--quiet', '--no-verify', '--message=test');
}
