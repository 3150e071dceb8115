import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { bundleImage } from '../../tools/image/bundle.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { inPod, podVariables, writePod } from './pod.ts';
import { ratios, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { judgeAtMost } from './verdict.ts';

const help = `usage: make bench SUITE=start

Times the bundled controller from its start to the moment when it listens, without an API server, against node -e 0,
interleaved, and compares with test/bench/thresholds.json. Linux only: a pod's files are mounted for it.
The exit code is 1 above a bar.
`;

const warmUps = 2;
const rounds = 15;
const idleMs = 5000;

const thresholds = readThresholds(
  z.object({
    start: z.strictObject({ readyToBareNode: z.number(), residentMegabytes: z.number(), bundleMegabytes: z.number() }),
  }),
).start;

function timeBareNode(pod: string): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(...inPod(pod, '-e', '0'), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node -e 0: ended with ${status}\n${stderr}`);
  return performance.now() - startedAt;
}

interface Controller {
  readonly process: ChildProcess;
  readonly listeningMs: number;
}

/** It says so once it listens; ready it is once it has synced with an API server. */
async function startController(pod: string, bundle: string): Promise<Controller> {
  const [health, metrics] = await findFreePorts(2);
  const addresses = [`--health-probe-bind-address=127.0.0.1:${health}`, `--metrics-bind-address=127.0.0.1:${metrics}`];
  const [program, args] = inPod(pod, join(bundle, 'main.cjs'), ...addresses);
  const env = { PATH: process.env['PATH'], ...podVariables };
  const startedAt = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const listeningMs = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the controller ended with ${code}`)));
    child.stdout.once('data', () => resolve(performance.now() - startedAt));
  });
  const { status } = await fetch(`http://127.0.0.1:${health}/healthz`);
  if (status !== 200) {
    child.kill();
    throw new Error(`/healthz: got ${status}, expected 200`);
  }
  return { process: child, listeningMs };
}

async function end({ process: child }: Controller): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Resident size of a process, in MB. */
function residentMegabytes(pid: number | undefined): number {
  const [, kibibytes = 'NaN'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}

async function bench(folder: string): Promise<boolean> {
  const [pod, bundle] = [join(folder, 'pod'), join(folder, 'bundle')];
  writePod(pod);
  await bundleImage(bundle);
  const pairs: [number, number][] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const controller = await startController(pod, bundle);
    await end(controller);
    pairs.push([controller.listeningMs, timeBareNode(pod)]);
  }
  const measured = pairs.slice(warmUps);
  const relative = spreadOf(ratios(measured));
  const [listening, bare] = [0, 1].map((side) => spreadOf(measured.map((pair) => pair[side] ?? Number.NaN)));
  process.stdout.write(
    `       node -e 0: ${bare?.median.toFixed(0)} ms; listens after ${listening?.median.toFixed(0)} ms\n`,
  );
  const idle = await startController(pod, bundle);
  await sleep(idleMs);
  const resident = residentMegabytes(idle.process.pid);
  await end(idle);
  const size = statSync(join(bundle, 'controller.cjs')).size / 1e6;
  const { median, least, most } = relative;
  const shown = `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
  return [
    judgeAtMost('listening to node -e 0', median, thresholds.readyToBareNode, shown),
    judgeAtMost('resident when idle', resident, thresholds.residentMegabytes, `${resident.toFixed(0)} MB`),
    judgeAtMost('bundle of the controller', size, thresholds.bundleMegabytes, `${size.toFixed(2)} MB`),
  ].every((isWithin) => isWithin);
}

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(help);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-start-'));
  try {
    process.exitCode = (await bench(folder)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
