import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFiles } from '../../tools/verification/read-files.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs node to its end, output discarded; returns the wall-clock time of the whole process. */
function timeNode(options: readonly string[], variables: Readonly<Record<string, string>> = {}): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, options, {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const milliseconds = performance.now() - startedAt;
  if (status !== 0) throw new Error(`node ${options.join(' ')}: ended with ${status}\n${stderr}`);
  return milliseconds;
}

export const bundleSynth = (): number => timeNode(['tools/bundle.mjs']);

/** The floor of any program: an interpreter that starts and ends. */
export const timeBareNode = (): number => timeNode(['-e', '0']);

/** Synthesizes one environment, or all when none is named, to a folder that does not exist yet. */
export function timeSynth(output: string, environment = ''): number {
  return timeNode(['dist/synth.cjs'], { ENV: environment, OUT: output });
}

/** Largest resident size of a synth of all environments, in MB. */
export function measureMemory(output: string): number {
  const report = `${output}.memory`;
  timeNode(['--require', './test/bench/report-memory.cjs', 'dist/synth.cjs'], {
    ENV: '',
    OUT: output,
    MEMORY_REPORT: report,
  });
  return (Number(readFileSync(report, 'utf8')) * 1024) / 1e6;
}

/** Objects in a synthesized folder, without the kustomizations. */
export function countObjects(output: string): number {
  return [...readFiles(output)]
    .filter(([path]) => !path.endsWith('kustomization.yaml'))
    .map(([, text]) => text.match(/^---$/gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}
