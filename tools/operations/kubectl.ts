import { type ChildProcess, spawn } from 'node:child_process';
import { ConfigurationError } from '../../stacks/index.ts';

export interface Outcome {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const plain = /^[\w@%+=:,./-]+$/;

const quote = (arg: string): string => (plain.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`);

/** A command line as a shell reads it. */
export const toCommandLine = (program: string, args: readonly string[]): string =>
  [program, ...args.map(quote)].join(' ');

/** kubectl on one context; each command is printed, as it can be pasted, before it runs. */
export class Kubectl {
  readonly context: string;
  /** Whether ctrl-C was pressed while it was heeded; nothing runs after it. */
  interrupted = false;
  #running: ChildProcess | undefined;

  constructor(context: string) {
    this.context = context;
  }

  line(args: readonly string[]): string {
    return toCommandLine('kubectl', ['--context', this.context, ...args]);
  }

  /** Output is kept. */
  async read(args: readonly string[]): Promise<Outcome> {
    return this.start(args, 'pipe');
  }

  /** Output goes to the terminal. */
  async run(args: readonly string[]): Promise<Outcome> {
    return this.start(args, 'inherit');
  }

  /** Work of several commands that ctrl-C does not end before it can say what was done: only the kubectl that runs is told. */
  async heedSignals<T>(work: () => Promise<T>): Promise<T> {
    const stop = (signal: NodeJS.Signals): void => {
      this.interrupted = true;
      // as well, since a signal to this process alone does not reach it
      this.#running?.kill(signal);
    };
    signals.forEach((signal) => process.on(signal, stop));
    try {
      return await work();
    } finally {
      signals.forEach((signal) => process.off(signal, stop));
    }
  }

  /** @throws ConfigurationError when there is no kubectl */
  private async start(args: readonly string[], output: 'pipe' | 'inherit'): Promise<Outcome> {
    const texts = { stdout: '', stderr: '' };
    if (this.interrupted) return { code: undefined, ...texts };
    process.stderr.write(`${this.line(args)}\n`);
    const child = spawn('kubectl', ['--context', this.context, ...args], { stdio: ['inherit', output, output] });
    this.#running = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.on('error', reject).on('close', resolve);
      });
      return { code: code ?? undefined, ...texts };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError([`kubectl: ${message}; install it and put it on the PATH`]);
    } finally {
      this.#running = undefined;
    }
  }
}
