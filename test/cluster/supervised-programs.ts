import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export interface Program {
  readonly name: string;
  readonly path: string;
  readonly arguments: readonly string[];
}

/** Programs that end with this process, whichever way it ends. */
export interface SupervisedPrograms {
  /** Folder of this run; it is removed with the programs. */
  readonly folder: string;
  start(this: void, program: Program): void;
  /** Sends a signal and waits until the program has ended. */
  end(this: void, name: string, signal: NodeJS.Signals): Promise<void>;
  /** What is wrong when a program has ended that nobody asked to end. */
  failure(this: void): Error | undefined;
  /** Kills everything, removes the folder. */
  stop(this: void): Promise<void>;
}

const endingSchema = z.object({ name: z.string(), ending: z.string() });
const supervisorPath = join(import.meta.dirname, 'supervisor.mjs');
const shownLogLines = 15;

export function supervisePrograms(): SupervisedPrograms {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-control-plane-'));
  // A session of its own: Ctrl-C must reach the parent only, whose end is then seen here.
  const supervisor = spawn(process.execPath, [supervisorPath, folder], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const expected = new Map<string, () => void>();
  let failure: Error | undefined;
  const send = (command: object): void => void supervisor.stdin.write(`${JSON.stringify(command)}\n`);
  const logOf = (name: string): string => join(folder, `${name}.log`);

  createInterface({ input: supervisor.stdout }).on('line', (line) => {
    const { name, ending } = endingSchema.parse(JSON.parse(line));
    const onEnd = expected.get(name);
    if (onEnd) onEnd();
    else failure ??= new Error(`${name} ended (${ending}); its last log lines:\n${lastLines(logOf(name))}`);
  });
  const gone = new Promise<void>((resolve) => {
    supervisor.once('exit', () => {
      failure ??= new Error('the supervisor of the control plane has ended, and all programs with it');
      resolve();
    });
  });
  // A write to a supervisor that has ended: `failure` tells of it.
  supervisor.stdin.on('error', () => {});
  for (const handle of [supervisor, supervisor.stdin, supervisor.stdout]) unref(handle);

  return {
    folder,
    start: (program) => send({ ...program, log: logOf(program.name) }),
    end: (name, signal) => {
      const ended = new Promise<void>((resolve) => expected.set(name, resolve));
      send({ name, signal });
      return keepAwake(ended);
    },
    failure: () => failure,
    stop: () => {
      supervisor.stdin.end();
      return keepAwake(gone);
    },
  };
}

/** A control plane that nobody stopped must not keep the process alive: when the process ends, so does the control plane. */
function unref(handle: object): void {
  if ('unref' in handle && typeof handle.unref === 'function') handle.unref();
}

/** Waits for an unreferenced process without the event loop running empty meanwhile. */
async function keepAwake(work: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 60_000);
  await work.finally(() => clearInterval(timer));
}

function lastLines(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-shownLogLines).join('\n');
}
