import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../../operator/runtimes/index.ts';

export interface MeasuredServer {
  readonly port: number;
  /** From the start of the process until its port is open. */
  readonly readyMs: number;
  /** Time on a processor so far, of all threads. */
  cpuSeconds(this: void): number;
  residentMegabytes(this: void): number;
  stop(this: void): Promise<void>;
}

const ticksPerSecond = 100;
const pollMs = 2;

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

function cpuSecondsOf(pid: number): number {
  // the name of the program may hold spaces
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function residentMegabytesOf(pid: number): number {
  const [, kibibytes = ''] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}

/** Starts a server and waits until its port is open. Linux only. */
export async function startMeasured(
  { program, arguments: args, variables }: Command,
  port: number,
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
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ${args.join(' ')}: ended with ${child.exitCode}`);
    await sleep(pollMs);
  }
  const { pid = 0 } = child;
  return {
    port,
    readyMs: performance.now() - startedAt,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentMegabytes: () => residentMegabytesOf(pid),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
