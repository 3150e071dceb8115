import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import { findFreePorts } from './free-ports.ts';

export interface ReceiverProps {
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly kubeconfig: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface SentEvent {
  readonly time?: string | undefined;
  readonly id: string;
  /** Without its prefix. */
  readonly type: string;
  readonly data: object;
  /** Of whoever sends, as what proves it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Default `/events`. */
  readonly path?: string;
}

const answer = z.looseObject({ outcome: z.string().optional(), error: z.string().optional() });

/** The bundled receiver as a process. */
export class ReceiverProcess {
  readonly port: number;
  readonly #process: ChildProcess;

  /** Resolves once it is ready. */
  static async start(props: ReceiverProps): Promise<ReceiverProcess> {
    const [port = 0] = await findFreePorts(1);
    const receiver = new ReceiverProcess(props, port);
    await eventually(() => receiver.isReady(), { intervalMs: 100 });
    return receiver;
  }

  private constructor({ bundle, kubeconfig, variables }: ReceiverProps, port: number) {
    const env = { KUBECONFIG: kubeconfig, PORT: String(port), ...variables };
    const args = [join(bundle, 'main.cjs'), '--mode=receiver'];
    this.#process = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    this.port = port;
  }

  /** As its kubelet asks. */
  async isReady(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.port}/ready`)).ok;
  }

  /** Status and what the answer says of the event. */
  async send({ data, headers, id, path = '/events', time, type }: SentEvent): Promise<string> {
    const event = { specversion: '1.0', id, source: '/test', type: `io.knative.lambda.${type}`, time, data };
    return this.#post(path, { 'content-type': 'application/cloudevents+json', ...headers }, event);
  }

  /** Sends what an object store writes of itself. */
  async notify(notification: object, headers: Readonly<Record<string, string>>): Promise<string> {
    return this.#post('/notifications/s3', { 'content-type': 'application/json', ...headers }, notification);
  }

  async #post(path: string, headers: Readonly<Record<string, string>>, body: object): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const { error, outcome } = answer.parse(await response.json());
    return `${response.status} ${outcome ?? error ?? ''}`;
  }

  /** What it is asked about dead letters: status and body. */
  async ask(path: string, headers: SentEvent['headers'], body?: object): Promise<readonly [number, unknown]> {
    const post = { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : post),
    });
    return [response.status, await response.json()];
  }

  /** Sends a form, as Slack does. @returns the status */
  async press(body: string, headers: SentEvent['headers']): Promise<number> {
    const url = `http://127.0.0.1:${this.port}/supervision/slack`;
    return (await fetch(url, { method: 'POST', headers, body })).status;
  }

  /** As when its node fails. */
  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
