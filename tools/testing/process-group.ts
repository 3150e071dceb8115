import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  /** inherit: on this terminal as it comes; stderr: only that; collect: kept for the caller; a function: given each line of stderr. */
  readonly output: 'inherit' | 'stderr' | 'collect' | ((line: string) => void);
  /** Variables beside those of this process; default none. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ending {
  readonly code: number;
  /** What the program printed, where it was collected. */
  readonly output: string;
}

/** Thrown after a program was ended because this process got a signal; the border of the process then ends it too. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const killAfterMs = 5000;

/**
 * Runs a program and all that it starts in one process group. A signal to this process ends the group, with force
 * after 5 s or at the second signal.
 * @throws Interruption when the group has ended after a signal
 */
export async function runProgram(program: Program): Promise<Ending> {
  const child = spawn(program.command, program.arguments, {
    detached: true,
    stdio: stdioOf(program.output),
    env: { ...process.env, ...program.environment },
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (typeof program.output === 'function') {
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', program.output);
  } else {
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const forwarding = forwardSignals(child);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  }).finally(forwarding.end);
  const signal = forwarding.received();
  if (signal !== undefined) {
    signalGroup(child, 'SIGKILL');
    throw new Interruption(signal);
  }
  return { code, output: Buffer.concat(chunks).toString() };
}

function stdioOf(output: Program['output']): ('inherit' | 'ignore' | 'pipe')[] {
  if (typeof output === 'function') return ['ignore', 'ignore', 'pipe'];
  switch (output) {
    case 'inherit':
      return ['ignore', 'inherit', 'inherit'];
    case 'stderr':
      return ['ignore', 'ignore', 'inherit'];
    case 'collect':
      return ['ignore', 'pipe', 'pipe'];
  }
}

interface Forwarding {
  received(this: void): NodeJS.Signals | undefined;
  end(this: void): void;
}

function forwardSignals(child: ChildProcess): Forwarding {
  let received: NodeJS.Signals | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    signalGroup(child, received === undefined ? signal : 'SIGKILL');
    received ??= signal;
    setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs).unref();
  };
  signals.forEach((signal) => process.on(signal, forward));
  return {
    received: () => received,
    end: () => signals.forEach((signal) => process.off(signal, forward)),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
