import { execFile } from 'node:child_process';
import type { Making } from './build-programs.ts';
import { PartError } from './part-error.ts';

/** Runs a program of the machine that a part is made with. Fails with a {@link PartError} that holds its last lines. */
export function runProgram(
  { signal }: Making,
  program: string,
  words: readonly string[],
  folder: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...words], { cwd: folder, signal }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(explain(program, error, stderr));
    });
  });
}

function explain(program: string, error: NodeJS.ErrnoException | Error, stderr: string): PartError {
  return 'code' in error && error.code === 'ENOENT'
    ? new PartError(
        `no program named ${program} on PATH; Debian and Ubuntu have it: install it, or make the part there`,
      )
    : new PartError(`${program} failed: ${(stderr || error.message).trim().split('\n').slice(-5).join('\n  ')}`);
}
