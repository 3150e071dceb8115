import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { LeaseTiming } from '../../operator/reconcile/lease.ts';

/** Bundles the operator of Notes into one file of the folder, which starts sooner than its sources. */
export function bundleNoteOperator(folder: string): string {
  const outfile = join(folder, 'note-operator.cjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'note-operator.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}

export interface ReplicaProps {
  readonly program: string;
  readonly name: string;
  readonly server: string;
  readonly ca: string;
  readonly token: string;
  readonly namespace: string;
  readonly timing: LeaseTiming;
}

/** A process that is started again whenever it ends, as a kubelet does, under a new identity each time. */
export class Replica {
  readonly #props: ReplicaProps;
  readonly #identities: string[] = [];
  #process: ChildProcess | undefined;
  #isStopped = false;
  #said = '';

  constructor(props: ReplicaProps) {
    this.#props = props;
    this.#start();
  }

  /** Of all its processes so far, the one that runs last. */
  get identities(): readonly string[] {
    return this.#identities;
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** What all its processes have printed. */
  get said(): string {
    return this.#said;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Asks the process for its figures. */
  async measure(): Promise<unknown> {
    const answer = this.#process === undefined ? undefined : once(this.#process, 'message');
    this.#process?.send('measure');
    return (await answer)?.[0];
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#isStopped = true;
    const ended = this.#process === undefined || !this.isRunning ? undefined : once(this.#process, 'exit');
    this.signal(signal);
    await ended;
  }

  #start(): void {
    const { program, name, ...rest } = this.#props;
    const identity = `${name}-${this.#identities.length + 1}`;
    this.#identities.push(identity);
    const settings = { ...rest, identity };
    const child = spawn(process.execPath, ['--expose-gc', program], {
      env: { PATH: process.env['PATH'], NOTE_OPERATOR: JSON.stringify(settings) },
      // the pipe to its input tells it of our end
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.on('data', (chunk) => {
      this.#said += `${identity}: ${String(chunk)}`;
    });
    child.once('exit', () => {
      if (!this.#isStopped) this.#start();
    });
    this.#process = child;
  }
}
