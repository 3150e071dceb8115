import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../stacks/index.ts';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { k6Part } from '../../tools/real-parts/parts.ts';

/** What k6 ends with when a threshold does not hold, and when a script throws. */
export const exitCodes = { passed: 0, thresholdsFailed: 99, scriptThrew: 107 } as const;

export interface K6Result {
  readonly code: number | null;
  readonly output: string;
}

/** No test waits longer; k6 is then ended. */
const limitMs = 240_000;

/** Runs the real k6 on a file of a folder, which k6-operator mounts at /test. */
export function runK6(command: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<K6Result> {
  const path = locateProgram(k6Part);
  if (path === undefined) throw new Error('no k6 found, make it with: make real-parts PART=k6');
  return new Promise((resolve, reject) => {
    const child = spawn(path, command, {
      cwd: join(projectRoot, 'charts', 'load'),
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', K6_NO_USAGE_REPORT: 'true', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
