import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LetterStore } from '../../operator/receiver/dead-letters/letter-store.ts';
import { openBucket } from '../../operator/receiver/dead-letters/object-store.ts';
import type { PlacedLetter } from '../../operator/receiver/dead-letters/segment-index.ts';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import { readManifests } from '../cluster/committed-manifests.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import type { AmqpPlace } from './amqp.ts';
import { generateLogins, loginOf } from './logins.ts';
import { pathOf } from './management.ts';
import { ObjectServer } from './object-server.ts';
import { type Rabbitmq, startRabbitmq } from './rabbitmq.ts';
import { ReceiverProgram } from './receiver-program.ts';
import { declareAll } from './topology-operator.ts';

const environment = findEnvironment(readEnvironments(), 'dev');
const { queues, vhost } = environment.rabbitmq;
const place = { prefix: 'dead-letters/', region: 'us-east-1' } as const;
const anyKeys = { accessKeyId: 'a', secretAccessKey: 's' } as const;
const counts = z.looseObject({ messages: z.int().default(0), consumers: z.int().default(0) });

/** A broker with the queues of an environment, and receivers that empty its dead-letter queue into a store. */
export class DeadLetterWorld {
  readonly queues = queues;
  readonly rabbitmq: Rabbitmq;
  readonly folder: string;
  /** What the broker refused to declare. */
  readonly refused: readonly string[];
  /** As the user of the environment. */
  readonly own: AmqpPlace;
  /** As the user that reads dead letters. */
  readonly reader: AmqpPlace;
  store: ObjectServer;
  #receivers: ReceiverProgram[] = [];

  static async start(): Promise<DeadLetterWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-dead-letters-'));
    const [rabbitmq, store] = await Promise.all([
      startRabbitmq(),
      ObjectServer.start(),
      bundleImage(join(folder, 'bundle')),
    ]);
    const logins = generateLogins(environment);
    const { administrator, as } = rabbitmq;
    const refused = await declareAll({ administrator, as, logins }, readManifests(environment.name));
    const at = { port: rabbitmq.amqpPort, vhost };
    const own = { ...at, login: loginOf(logins, 'rabbitmq-credentials') };
    const reader = { ...at, login: loginOf(logins, 'rabbitmq-dead-letters') };
    return new DeadLetterWorld({ rabbitmq, folder, refused, own, reader, store });
  }

  private constructor(parts: Pick<DeadLetterWorld, 'rabbitmq' | 'folder' | 'refused' | 'own' | 'reader' | 'store'>) {
    this.rabbitmq = parts.rabbitmq;
    this.folder = parts.folder;
    this.refused = parts.refused;
    this.own = parts.own;
    this.reader = parts.reader;
    this.store = parts.store;
  }

  /** One more receiver, which is not started yet. */
  async addReceiver(): Promise<ReceiverProgram> {
    const [port = 0] = await findFreePorts(1);
    const program = new ReceiverProgram({
      port,
      folder: join(this.folder, String(port)),
      bundle: join(this.folder, 'bundle'),
      store: this.store,
      amqpPort: this.reader.port,
      vhost,
      queue: queues.deadLetters,
      login: this.reader.login,
    });
    this.#receivers.push(program);
    return program;
  }

  /** No receiver, an empty queue and an empty store. */
  async reset(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.kill()));
    this.#receivers = [];
    await this.store.stop();
    this.store = await ObjectServer.start();
    await this.#management().request('DELETE', `${pathOf('queues', vhost, queues.deadLetters)}/contents`);
  }

  async stop(): Promise<void> {
    await this.reset();
    await this.store.stop();
    await this.rabbitmq.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** What is in a queue, and how many read it. */
  async describe(queue: string): Promise<z.output<typeof counts>> {
    return counts.parse((await this.#management().request('GET', pathOf('queues', vhost, queue))).body);
  }

  /** A quorum queue as Knative makes them. */
  async addQueue(queue: string): Promise<void> {
    const body = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
    await this.#management().request('PUT', pathOf('queues', vhost, queue), body);
  }

  /** The store as another replica reads it. */
  async openLetters(): Promise<LetterStore> {
    let drawn = 0;
    const letters = new LetterStore({
      store: openBucket({ ...place, endpoint: this.store.endpoint, bucket: this.store.bucket }, () => anyKeys),
      today: () => new Date(),
      newId: () => `test${(drawn += 1)}`,
      onFault: (error) => {
        throw error;
      },
    });
    await letters.refresh();
    return letters;
  }

  /** Every letter in the store; one that was stored twice counts once. */
  async kept(): Promise<readonly PlacedLetter[]> {
    const { catalogue } = await this.openLetters();
    return catalogue.namespaces().flatMap((namespace) => [...catalogue.letters(namespace)]);
  }

  #management() {
    return this.rabbitmq.as(this.own.login);
  }
}
