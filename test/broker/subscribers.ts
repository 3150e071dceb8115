import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import { eventually } from '../cluster/eventually.ts';

const address = z.object({ port: z.number() });

/** Answers each event with the status code that its attribute `want` names, and remembers what it was told. */
export class StatusServer {
  /** Ids of events that were answered with a code which counts as delivered. */
  readonly delivered = new Set<string>();
  /** Put in by a test: what it answers once it is mended. */
  isMended = false;
  readonly #server: Server;

  constructor(countsAsDelivered: (status: number) => boolean) {
    this.#server = createServer((request, response) => {
      const wanted = this.isMended ? 200 : Number(request.headers['ce-want'] ?? '200');
      if (countsAsDelivered(wanted)) this.delivered.add(String(request.headers['ce-id']));
      request.resume().once('end', () => response.writeHead(wanted).end());
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${address.parse(this.#server.address()).port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Each event once, in a file; one that asks for it fails, for good or until the function is mended. */
const handler = `
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
const { FOLDER } = process.env;
const known = new Set(existsSync(FOLDER + '/effects') ? readFileSync(FOLDER + '/effects', 'utf8').split('\\n') : []);
export const handler = (data) => {
  if (data.isWrong) throw new TypeError('nothing to retry');
  if (data.fails && !existsSync(FOLDER + '/mended')) throw new Error('not mended');
  if (known.has(data.id)) return;
  known.add(data.id);
  appendFileSync(FOLDER + '/effects', data.id + '\\n');
};
`;

/** A function behind the wrapper of nodejs, as a process that a test kills. */
export class FunctionProgram {
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'handler.mjs'), handler);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start(): Promise<void> {
    const wrapper = join(projectRoot, 'operator/runtimes/nodejs/wrapper/main.js');
    const env = {
      PATH: process.env['PATH'],
      FOLDER: this.#folder,
      FUNCTION_SOURCE: this.#folder,
      PORT: String(this.#port),
      HANDLER: 'handler.handler',
      FUNCTION_NAME: 'hello',
      FUNCTION_NAMESPACE: 'team',
      LOG_LEVEL: 'error',
    };
    const child = spawn(process.execPath, [wrapper], {
      cwd: this.#folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#process = child;
    await eventually(async () => (await fetch(`${this.url}readyz`)).ok, {
      intervalMs: 20,
      giveUp: () => (child.exitCode === null ? undefined : new Error(`the function ended with ${child.exitCode}`)),
    });
  }

  mend(): void {
    appendFileSync(join(this.#folder, 'mended'), '');
  }

  /** Ids of the events that had their effect, each as often as it had it. */
  effects(): readonly string[] {
    const path = join(this.#folder, 'effects');
    return existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .filter((id) => id !== '')
      : [];
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }
}
