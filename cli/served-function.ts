import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../operator/runtimes/index.ts';

/** A wrapper that runs as a child of this process. */
export interface ServedFunction {
  /** Exit code, once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Settles with true when it listens, with false when it ends before. */
  readonly listening: Promise<boolean>;
  /** Lets it finish what it is doing, and waits for it. */
  stop(this: void): Promise<void>;
}

/** Escape codes of ECMA-48: grey, green, yellow, red. */
const colours = { DEBUG: 90, INFO: 32, WARN: 33, ERROR: 31 } as const;
const levelPattern = / (DEBUG|INFO|WARN|ERROR) /;
const pollMs = 30;

const isLevel = (text: string): text is keyof typeof colours => Object.hasOwn(colours, text);

/** A line of the log with its level in colour. */
export function colourLine(line: string, isTerminal: boolean): string {
  return isTerminal
    ? line.replace(levelPattern, (all, level: string) =>
        isLevel(level) ? `\u001B[${colours[level]}m${all}\u001B[39m` : all,
      )
    : line;
}

export function serveFunction(
  command: Command,
  variables: Readonly<Record<string, string>>,
  port: number,
): ServedFunction {
  const child = spawn(command.program, command.arguments, {
    cwd: command.folder,
    // one of its own: a terminal sends ctrl-C to every process of its group
    detached: true,
    env: { ...process.env, ...command.variables, ...variables, PORT: String(port), LOG_FORMAT: 'text' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => process.stdout.write(`${colourLine(line, process.stdout.isTTY)}\n`));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    ended,
    listening: listens(child, port),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function listens(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return true;
    await sleep(pollMs);
  }
  return false;
}
