import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../operator/runtimes/index.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { LineReader, type LogLine } from './line-reader.ts';
import { type Samples, parseMetrics } from './metrics-text.ts';
import type { WireRequest } from './request.ts';
import { responseOf, sendBytes, toBytes, type WireAnswer, type WireResponse } from './wire.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A wrapper that runs as a process of its own. */
export interface WrapperProcess {
  readonly port: number;
  readonly pid: number;
  readonly ended: Promise<Ending>;
  /** JSON lines that it has written so far. */
  log(this: void): readonly LogLine[];
  /** How many bytes it has written to stdout. */
  writtenBytes(this: void): number;
  /** What it has written to stderr. */
  errorOutput(this: void): string;
  terminationMessage(this: void): string;
  /** Waits until it listens; fails when it ends before. */
  listening(this: void): Promise<void>;
  send(this: void, request: WireRequest): Promise<WireAnswer>;
  /** Fails when there is no answer. */
  answer(this: void, request: WireRequest): Promise<WireResponse>;
  metrics(this: void): Promise<Samples>;
  signal(this: void, name: NodeJS.Signals): void;
  /** Ends it at once and takes its files away. */
  stop(this: void): Promise<void>;
}

const get = (path: string): WireRequest => ({
  method: 'GET',
  path,
  headers: [],
  body: new Uint8Array(),
  framing: 'none',
});

export async function startWrapper(
  command: Command,
  environment: Readonly<Record<string, string>>,
): Promise<WrapperProcess> {
  const [port = 0] = await findFreePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-wrapper-'));
  const messagePath = join(folder, 'termination-log');
  const child = spawn(command.program, command.arguments, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PORT: String(port),
      FUNCTION_NAME: 'tested',
      FUNCTION_NAMESPACE: 'conformance',
      LOG_LEVEL: 'debug',
      TERMINATION_MESSAGE_PATH: messagePath,
      ...command.variables,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const reader = new LineReader();
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => reader.read(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  let ending: Ending | undefined;
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ending = { code, signal };
      resolve(ending);
    });
  });
  const errorOutput = (): string => Buffer.concat(errors).toString('utf8');
  const send = (request: WireRequest): Promise<WireAnswer> => sendBytes(port, toBytes(request));
  const answer = async (request: WireRequest): Promise<WireResponse> => {
    return responseOf(await send(request));
  };
  const isGone = (): Error | undefined =>
    ending && new Error(`the wrapper ended with ${ending.code}: ${JSON.stringify(reader.lines)} ${errorOutput()}`);
  return {
    port,
    pid: child.pid ?? 0,
    ended,
    log: () => reader.lines,
    writtenBytes: () => reader.bytes,
    errorOutput,
    terminationMessage: () => (existsSync(messagePath) ? readFileSync(messagePath, 'utf8') : ''),
    listening: async () => {
      await eventually(() => send(get('/readyz')), { timeoutMs: 50_000, intervalMs: 20, giveUp: isGone });
    },
    send,
    answer,
    metrics: async () => parseMetrics((await answer(get('/metrics'))).body.toString('utf8')),
    signal: (name) => void child.kill(name),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
