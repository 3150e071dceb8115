import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import { systemClock } from '../../operator/kube/clock.ts';
import { type EventJson, replay } from '../../operator/receiver/dead-letters/replay.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { type Message, publishAll, rejecting } from './amqp.ts';
import type { DeadLetterWorld } from './dead-letter-world.ts';
import { Dispatcher, isTriedAgain } from './dispatcher.ts';
import type { ReceiverProgram } from './receiver-program.ts';
import { FunctionProgram, StatusServer } from './subscribers.ts';

/** Every class of answer: taken, refused for good, and worth a retry. */
const statuses = [
  200, 202, 204, 301, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 501, 502, 503, 504,
];

const [trigger, letters] = ['proof.trigger', 'proof.dead-letters'] as const;

/** Where an event goes: to a function behind the wrapper, to a plain server, to the receiver, or to a queue that refuses it. */
const routes = ['function', 'failing', 'status', 'command', 'rejected'] as const;
type Route = (typeof routes)[number];

const routeOf = (number: number): Route => routes[number % routes.length] ?? 'function';
const idAt = (number: number): string => `e-${String(number).padStart(6, '0')}`;

export interface LossProof {
  /** Events that the dispatchers may have lost by the broker's own rules, and that are nowhere else. */
  readonly lost: readonly string[];
  /** Events that are nowhere, and that no rule of the broker explains. */
  readonly nameless: readonly string[];
  /** Events whose function had an effect more than once. */
  readonly twice: readonly string[];
  readonly replayed: number;
}

/** Sends events through dispatchers, function, receiver and keeper while each is killed at random; then replays. */
export async function proveNothingLost(world: DeadLetterWorld, count: number): Promise<LossProof> {
  const receiver = await world.addReceiver();
  await receiver.start();
  const [port = 0] = await findFreePorts(1);
  const hello = new FunctionProgram(join(world.folder, 'function'), port);
  await hello.start();
  const server = new StatusServer((status) => !isTriedAgain(status));
  const addresses = { hello: hello.url, status: await server.start(), receiver: receiver.brokerUrl('team') };
  await Promise.all([world.addQueue(trigger), world.addQueue(letters)]);
  const main = new Dispatcher({
    place: world.own,
    queue: trigger,
    subscriber: (message) => subscriberOf(message, addresses),
    deadLetters: letters,
    firstRetryMs: 5,
  });
  const sink = new Dispatcher({
    place: world.own,
    queue: letters,
    subscriber: () => `${receiver.url}/dlq`,
    deadLetters: undefined,
    firstRetryMs: 100,
  });
  const parts = { world, receiver, hello, main, sink };
  main.start();
  sink.start();
  await rejecting(world.own, world.queues.builds, async () => {
    const sent = publishNumbered(world, count);
    await killAtRandom(parts, sent);
    await sent;
    await untilQuiet(world, count);
  });
  hello.mend();
  server.isMended = true;
  const replayed = await replayAll(world, addresses);
  const kept = new Set((await world.kept()).map(({ entry }) => entry.event?.id));
  await Promise.all([main.kill(), sink.kill()]);
  const effects = hello.effects();
  const there = new Set([...effects, ...server.delivered, ...kept]);
  const gone = Array.from({ length: count }, (_, number) => idAt(number)).filter((id) => !there.has(id));
  const excused = new Set([...main.mayBeLost, ...sink.mayBeLost]);
  await Promise.all([hello.kill(), server.stop()]);
  return {
    lost: gone.filter((id) => excused.has(id)),
    nameless: gone.filter((id) => !excused.has(id)),
    twice: repeated(effects),
    replayed,
  };
}

function repeated(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

interface Addresses {
  readonly hello: string;
  readonly status: string;
  readonly receiver: string;
}

function subscriberOf({ properties }: ConsumeMessage, addresses: Addresses): string {
  return addressOf(String(properties.headers?.['ce-route']), addresses);
}

/** Commands are of the schema of nothing: the receiver refuses them for good, and has to keep them itself. */
function addressOf(route: string, { hello, receiver, status }: Addresses): string {
  if (route === 'command') return receiver;
  return route === 'status' ? status : hello;
}

function messageAt(world: DeadLetterWorld, number: number): Message {
  const [id, route] = [idAt(number), routeOf(number)];
  const type = route === 'command' ? 'io.knative.lambda.command.function.deploy' : 't';
  return {
    queue: route === 'rejected' ? world.queues.builds : trigger,
    id,
    content: Buffer.from(JSON.stringify({ id, fails: route === 'failing' })),
    headers: {
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-source': '/s',
      'ce-type': type,
      'ce-subject': `team/${route}`,
      'ce-route': route,
      'ce-want': String(statuses[Math.floor(number / routes.length) % statuses.length]),
    },
  };
}

const batch = 200;

async function publishNumbered(world: DeadLetterWorld, count: number): Promise<void> {
  for (let start = 0; start < count; start += batch) {
    const numbers = Array.from({ length: Math.min(batch, count - start) }, (_, index) => start + index);
    await publishAll(
      world.own,
      numbers.map((number) => messageAt(world, number)),
    );
  }
}

interface Parts {
  readonly world: DeadLetterWorld;
  readonly receiver: ReceiverProgram;
  readonly hello: FunctionProgram;
  readonly main: Dispatcher;
  readonly sink: Dispatcher;
}

/** Each part at least once, and until everything is published. */
async function killAtRandom({ hello, main, receiver, sink, world }: Parts, published: Promise<void>): Promise<void> {
  const all = { isPublished: false };
  const told = published.then(() => (all.isPublished = true));
  const parts = [main, receiver, sink, hello, main, undefined];
  for (let round = 0; round < parts.length || !all.isPublished; round += 1) {
    await sleep(100 + Math.random() * 400);
    const part = parts[round % parts.length];
    await (part === undefined ? world.rabbitmq.restart() : killAndStart(part));
  }
  await told;
}

async function killAndStart(part: { kill(): Promise<void>; start(): void | Promise<void> }): Promise<void> {
  await part.kill();
  await part.start();
}

/** Until nothing is on its way any more, with patience for each event. */
async function untilQuiet(world: DeadLetterWorld, count: number): Promise<void> {
  const queues = [trigger, letters, world.queues.builds, world.queues.deadLetters];
  const isQuiet = async (): Promise<boolean> => {
    const all = await Promise.all(queues.map((queue) => world.describe(queue)));
    return all.every(({ messages }) => messages === 0);
  };
  // RabbitMQ counts every five seconds
  for (let quiet = 0; quiet < 3; quiet = (await isQuiet()) ? quiet + 1 : 0) {
    await eventually(isQuiet, { intervalMs: 500, timeoutMs: 240_000 + count * 30 });
    await sleep(2500);
  }
}

/** Sends each letter to where its event was going, as the Broker would. */
async function replayAll(world: DeadLetterWorld, addresses: Addresses): Promise<number> {
  const store = await world.openLetters();
  let replayed = 0;
  for (const namespace of store.catalogue.namespaces()) {
    const found = [...store.catalogue.letters(namespace)].filter(({ entry }) => entry.reason === 'undeliverable');
    const report = await replay(
      { letters: store, clock: systemClock, onSent: () => {}, send: (_namespace, event) => sendTo(event, addresses) },
      { letters: found, perSecond: 5000, signal: new AbortController().signal },
    );
    replayed += report.replayed;
  }
  return replayed;
}

async function sendTo(event: EventJson, addresses: Addresses): Promise<void> {
  const answer = await fetch(addressOf(String(event['route']), addresses), {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json', 'ce-id': String(event['id']) },
    body: JSON.stringify(event),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`answers ${answer.status}`);
}
