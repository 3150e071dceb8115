import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export interface Program {
  readonly name: string;
  readonly path: string;
  readonly arguments: readonly string[];
  /** Variables beside PATH and HOME, default none. */
  readonly environment?: Readonly<Record<string, string>>;
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
const limitMs = 120_000;

export function supervisePrograms(): SupervisedPrograms {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-control-plane-'));
  const supervisor = startSupervisor(folder);
  const expected = new Map<string, () => void>();
  let failure: Error | undefined;
  const send = (command: object): void => void supervisor.stdin.write(`${JSON.stringify(command)}\n`);
  const logOf = (name: string): string => join(folder, `${name}.log`);
  const onEnding = (line: string): void => {
    const { name, ending } = endingSchema.parse(JSON.parse(line));
    const onEnd = expected.get(name);
    expected.delete(name);
    if (onEnd) onEnd();
    else failure ??= new Error(`${name} ended (${ending}); its last log lines:\n${lastLines(logOf(name))}`);
  };
  createInterface({ input: supervisor.stdout }).on('line', onEnding);
  const untilGone = async (): Promise<void> => {
    await supervisor.gone;
    failure ??= new Error('the supervisor of the control plane has ended, and all programs with it');
  };
  const gone = untilGone();

  return {
    folder,
    start: (program) => send({ ...program, log: logOf(program.name) }),
    end: (name, signal) => {
      const ended = new Promise<void>((resolve) => expected.set(name, resolve));
      send({ name, signal });
      return within(limitMs, ended, `${name} in ${folder} to end`);
    },
    failure: () => failure,
    stop: () => {
      supervisor.stdin.end();
      return within(limitMs, gone, `process ${supervisor.pid} to end the programs in ${folder}`);
    },
  };
}

function startSupervisor(folder: string) {
  // A session of its own: Ctrl-C must reach the parent only, whose end is then seen here.
  const supervisor = spawn(process.execPath, [supervisorPath, folder], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { stdin, stdout, pid } = supervisor;
  const gone = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
  // What is written to a supervisor that has ended is lost; that it has ended is told by `gone`.
  stdin.on('error', () => {});
  for (const handle of [supervisor, stdin, stdout]) unref(handle);
  return { stdin, stdout, pid, gone };
}

/** A control plane that nobody stopped must not keep the process alive: when the process ends, so does the control plane. */
function unref(handle: object): void {
  if ('unref' in handle && typeof handle.unref === 'function') handle.unref();
}

/** The timer also keeps the event loop from running empty while only unreferenced processes are waited for. */
async function within(timeoutMs: number, work: Promise<void>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms for ${what}`)), timeoutMs);
  });
  await Promise.race([work, expiry]).finally(() => clearTimeout(timer));
}

function lastLines(path: string): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.trimEnd().split('\n').slice(-shownLogLines).join('\n');
}
