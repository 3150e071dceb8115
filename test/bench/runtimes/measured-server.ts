import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../../operator/runtimes/index.ts';

export interface MeasuredServer {
  readonly port: number;
  /** From the start of the process until its first answer: a port may be open before. */
  readonly readyMs: number;
  /** Time on a processor so far, of all threads and processes. */
  cpuSeconds(this: void): number;
  /** What its processes share is counted once. */
  residentMegabytes(this: void): number;
  stop(this: void): Promise<void>;
}

const ticksPerSecond = 100;
const pollMs = 2;

const answers = (port: number, request: Buffer): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.write(request));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false)).once('end', () => resolve(false));
  });

/** A server may have workers. */
function treeOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '');
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function cpuSecondsOf(pid: number): number {
  // the name of the program may hold spaces
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function residentMegabytesOf(pid: number): number {
  const [, kibibytes = ''] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}

/** Both ends of a pipe, each with a mode of its own: Node.js does not wait at its end. */
function openPipe(): { readonly reading: number; readonly writing: number } {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-bench-log-'));
  const path = join(folder, 'log');
  execFileSync('mkfifo', [path]);
  // either end alone waits for the other
  const both = openSync(path, 'r+');
  const [reading, writing] = [openSync(path, 'r'), openSync(path, 'w')];
  closeSync(both);
  rmSync(folder, { recursive: true });
  return { reading, writing };
}

/** Starts a server and waits until it answers the request. Linux only. */
export async function startMeasured(
  { program, arguments: args, variables }: Command,
  port: number,
  request: Buffer,
): Promise<MeasuredServer> {
  // its log is read by a process of its own, as on a cluster, and thrown away
  const log = openPipe();
  const reader = spawn('cat', [], { stdio: [log.reading, 'ignore', 'inherit'] });
  const startedAt = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...variables, PORT: String(port) },
    stdio: ['ignore', log.writing, 'inherit'],
  });
  closeSync(log.reading);
  closeSync(log.writing);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      reader.kill();
      resolve();
    });
  });
  while (!(await answers(port, request))) {
    if (child.exitCode !== null) throw new Error(`${program} ${args.join(' ')}: ended with ${child.exitCode}`);
    await sleep(pollMs);
  }
  const { pid = 0 } = child;
  return {
    port,
    readyMs: performance.now() - startedAt,
    cpuSeconds: () => sum(treeOf(pid).map(cpuSecondsOf)),
    residentMegabytes: () => sum(treeOf(pid).map(residentMegabytesOf)),
    stop: async () => {
      for (const one of treeOf(pid)) process.kill(one, 'SIGKILL');
      await ended;
    },
  };
}
