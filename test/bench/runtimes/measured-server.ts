import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
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

/** Starts a server and waits until it answers the request. Linux only. */
export async function startMeasured(
  { program, arguments: args, variables }: Command,
  port: number,
  request: Buffer,
): Promise<MeasuredServer> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...variables, PORT: String(port) },
    // its log is read, as on a cluster, and thrown away
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
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
