import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { projectRoot } from '../../stacks/index.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { eventually } from './eventually.ts';

export interface CommandResult {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface RunningCommand {
  readonly result: Promise<CommandResult>;
  /** What it has printed so far. */
  output(): string;
  untilPrinted(pattern: RegExp): Promise<unknown>;
  type(text: string): void;
  /** What a terminal does on ctrl-C: all of its processes are told. */
  interrupt(): void;
}

/** Starts a command in the root of the checkout, with the real kubectl on the path. */
export function startCommand(
  command: readonly [string, ...string[]],
  variables: Readonly<Record<string, string>>,
): RunningCommand {
  const [program, ...args] = command;
  const path = [dirname(locateControlPlane()?.kubectl ?? ''), process.env['PATH'] ?? ''].join(delimiter);
  const { MAKEFLAGS: _flags, ...inherited } = process.env;
  const child = spawn(program, args, {
    cwd: projectRoot,
    env: { ...inherited, PATH: path, ...variables },
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => (text += more));
  }
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, output: text }));
  });
  return {
    result,
    output: () => text,
    untilPrinted: async (pattern) => eventually(() => pattern.test(text)),
    type: (line) => child.stdin.write(line),
    interrupt: () => child.pid !== undefined && process.kill(-child.pid, 'SIGINT'),
  };
}

type Variables = Readonly<Record<string, string>>;

export interface TypedCommands {
  start(this: void, words: string, variables?: Variables): RunningCommand;
  make(this: void, words: string, variables?: Variables): Promise<CommandResult>;
  /** On a terminal, as a person has it; each answer waits for its question. */
  makeOnTerminal(this: void, words: string, answers: readonly string[]): Promise<CommandResult>;
}

/** What a person types with `make` on a cluster. */
export function typedCommands(kubeconfig: string): TypedCommands {
  const start: TypedCommands['start'] = (words, variables = {}) =>
    startCommand(['make', ...words.split(' ')], { KUBECONFIG: kubeconfig, ...variables });
  return {
    start,
    make: async (words, variables) => start(words, variables).result,
    makeOnTerminal: async (words, answers) => {
      const inTerminal = ['script', '--quiet', '--return', '--command', `make ${words}`, '/dev/null'] as const;
      const running = startCommand(inTerminal, { KUBECONFIG: kubeconfig });
      for (const [index, answer] of answers.entries()) {
        await running.untilPrinted(new RegExp(`(?:to go on: [^]*){${index + 1}}`));
        running.type(`${answer}\n`);
      }
      return running.result;
    },
  };
}
