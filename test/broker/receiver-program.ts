import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { brokerPath } from '../../operator/receiver/broker-path.ts';
import { writeKubeconfig } from '../cluster/identity.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Login } from './management.ts';
import type { ObjectServer } from './object-server.ts';

export interface ReceiverProgramProps {
  /** Where files of Secrets go. */
  readonly folder: string;
  /** Of the image. */
  readonly bundle: string;
  readonly port: number;
  readonly store: ObjectServer;
  readonly amqpPort: number;
  readonly vhost: string;
  readonly queue: string;
  readonly login: Login;
}

const brokerKey = 'k'.repeat(32);

/** The bundled receiver without an API server, as a process that a test kills. */
export class ReceiverProgram {
  /** What Node.js warned of. */
  readonly warnings: string[] = [];
  readonly #props: ReceiverProgramProps;
  #process: ChildProcess | undefined;

  constructor(props: ReceiverProgramProps) {
    this.#props = props;
    const { folder, login } = props;
    writeFiles(join(folder, 'login'), { ...login });
    writeFiles(join(folder, 'paths'), { key: brokerKey });
    writeFiles(join(folder, 'keys'), { accesskey: 'a', secretkey: 's' });
    writeKubeconfig(join(folder, 'kubeconfig'), { url: 'https://127.0.0.1:1', caPem: '', token: 'x' });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#props.port}`;
  }

  /** Where the Broker of a namespace sends its events. */
  brokerUrl(namespace: string): string {
    return `${this.url}${brokerPath(brokerKey, namespace)}`;
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    const { amqpPort, bundle, folder, port, queue, store, vhost } = this.#props;
    const env = {
      KUBECONFIG: join(folder, 'kubeconfig'),
      PORT: String(port),
      LOG_LEVEL: 'error',
      BROKER_KEYS_FOLDER: join(folder, 'paths'),
      RECEIVER_REFERENCE: JSON.stringify({ apiVersion: 'v1', kind: 'Service', name: 'receiver', namespace: 'control' }),
      DEAD_LETTER_ENDPOINT: store.endpoint,
      DEAD_LETTER_BUCKET: store.bucket,
      DEAD_LETTER_KEYS_FOLDER: join(folder, 'keys'),
      DEAD_LETTER_LOGIN_FOLDER: join(folder, 'login'),
      DEAD_LETTER_QUEUE: queue,
      RABBITMQ_HOST: '127.0.0.1',
      RABBITMQ_PORT: String(amqpPort),
      RABBITMQ_VHOST: vhost,
    };
    const child = spawn(process.execPath, [join(bundle, 'main.cjs'), '--mode=receiver'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    createInterface({ input: child.stderr }).on('line', (line) => this.#hear(line));
    this.#process = child;
    await eventually(async () => (await fetch(`${this.url}/health`)).ok, {
      intervalMs: 20,
      giveUp: () => (child.exitCode === null ? undefined : new Error(`the receiver ended with ${child.exitCode}`)),
    });
  }

  #hear(line: string): void {
    process.stderr.write(`${line}\n`);
    if (line.includes('Warning')) this.warnings.push(line);
  }

  /** Ends it without a warning. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

function writeFiles(folder: string, texts: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
}
