import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import { systemClock } from '../../operator/kube/clock.ts';
import { type EventJson, replay } from '../../operator/receiver/dead-letters/replay.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { countReady, rejecting } from './amqp.ts';
import type { DeadLetterWorld } from './dead-letter-world.ts';
import { Dispatcher, isTriedAgain } from './dispatcher.ts';
import { killAtRandom, roundsFor, type Victim } from './kills.ts';
import { type Addresses, addressOf, dispatchedShare, idAt, publishNumbered } from './numbered-events.ts';
import type { ReceiverProgram } from './receiver-program.ts';
import { FunctionProgram, StatusServer } from './subscribers.ts';

const [trigger, letters] = ['proof.trigger', 'proof.dead-letters'] as const;

export interface LossProof {
  /** Events that the dispatchers may have lost by the broker's own rules, and that are nowhere else. */
  readonly lost: readonly string[];
  /** Events that are nowhere, and that no rule of the broker explains. */
  readonly nameless: readonly string[];
  /** Events whose function had an effect more than once. */
  readonly twice: readonly string[];
  /** Events that had their effect before anything was replayed. */
  readonly delivered: number;
  /** Letters before anything was replayed. */
  readonly deadLettered: number;
  readonly replayed: number;
  readonly kills: number;
}

interface Parts {
  readonly world: DeadLetterWorld;
  readonly receiver: ReceiverProgram;
  readonly hello: FunctionProgram;
  readonly server: StatusServer;
  readonly addresses: Addresses;
  readonly main: Dispatcher;
  readonly sink: Dispatcher;
}

export interface LossProofProps {
  readonly count: number;
  /** Told how many are published, now and then. */
  readonly onProgress: (published: number) => void;
}

/** Sends events through dispatchers, function, receiver and keeper while each is killed at random; then replays. */
export async function proveNothingLost(world: DeadLetterWorld, props: LossProofProps): Promise<LossProof> {
  const { count } = props;
  const parts = await startParts(world);
  const { hello, main, server, sink } = parts;
  const kills = await sendWhileKilling(parts, props);
  const [delivered, deadLettered] = [new Set(everywhere(parts)).size, await countLetters(world)];
  hello.mend();
  server.isMended = true;
  const replayed = await replayAll(world, parts.addresses);
  await Promise.all([main.kill(), sink.kill()]);
  const there = new Set([...everywhere(parts), ...(await keptIds(world))]);
  const gone = Array.from({ length: count }, (_, number) => idAt(number)).filter((id) => !there.has(id));
  const isExcused = (id: string): boolean => main.mayBeLost.has(id) || sink.mayBeLost.has(id);
  await Promise.all([hello.kill(), server.stop()]);
  return {
    lost: gone.filter(isExcused),
    nameless: gone.filter((id) => !isExcused(id)),
    twice: repeated(hello.effects()),
    delivered,
    deadLettered,
    replayed,
    kills,
  };
}

async function startParts(world: DeadLetterWorld): Promise<Parts> {
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
    subscriber: ({ properties }: ConsumeMessage) => addressOf(String(properties.headers?.['ce-route']), addresses),
    deadLetters: letters,
    firstRetryMs: 5,
    parallelism: 100,
  });
  const sink = new Dispatcher({
    place: world.own,
    queue: letters,
    subscriber: () => `${receiver.url}/dlq`,
    deadLetters: undefined,
    firstRetryMs: 100,
    parallelism: 50,
  });
  main.start();
  sink.start();
  return { world, receiver, hello, server, addresses, main, sink };
}

/** Until all is published, everything was killed and nothing is on its way; how many kills there were. */
async function sendWhileKilling(parts: Parts, { count, onProgress }: LossProofProps): Promise<number> {
  const { main, world } = parts;
  const timeoutMs = patienceMs(count);
  const settled = (): number => main.settled;
  return rejecting(world.own, world.queues.builds, async () => {
    const [kills] = await Promise.all([
      killAtRandom({ victims: victimsOf(parts, count), share: () => settled() / (count * dispatchedShare), timeoutMs }),
      publishNumbered({ world, trigger, count, settled, timeoutMs, onProgress }),
    ]);
    await untilQuiet(parts, timeoutMs);
    return kills;
  });
}

function victimsOf({ hello, main, receiver, sink, world }: Parts, count: number): readonly Victim[] {
  const times = roundsFor(count);
  return [
    { times: 2 * times, killAndStart: () => killAndStart(main) },
    ...[receiver, sink, hello].map((part) => ({ times, killAndStart: () => killAndStart(part) })),
    { times, killAndStart: world.rabbitmq.restart },
  ];
}

async function killAndStart(part: { kill(): Promise<void>; start(): void | Promise<void> }): Promise<void> {
  await part.kill();
  await part.start();
}

const patienceMs = (count: number): number => 240_000 + count * 30;

/** Until nothing is on its way any more. */
async function untilQuiet({ main, sink, world }: Parts, timeoutMs: number): Promise<void> {
  const queues = [trigger, letters, world.queues.builds, world.queues.deadLetters];
  const isQuiet = async (): Promise<boolean> => {
    // of a broker that has just started the management API tells zero for seconds
    if (main.inFlight + sink.inFlight + (await countReady(world.own, queues)) > 0) return false;
    const all = await Promise.all(queues.map((queue) => world.describe(queue)));
    return all.every(({ messages }) => messages === 0);
  };
  // the broker of the tests counts every second
  for (let quiet = 0; quiet < 3; quiet = (await isQuiet()) ? quiet + 1 : 0) {
    await eventually(isQuiet, { intervalMs: 500, timeoutMs });
    await sleep(1500);
  }
}

/** Ids of events that have arrived where they were going. */
const everywhere = ({ hello, server }: Parts): readonly string[] => [...hello.effects(), ...server.delivered];

function repeated(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

async function countLetters(world: DeadLetterWorld): Promise<number> {
  const { catalogue } = await world.openLetters();
  return catalogue.namespaces().reduce((sum, namespace) => sum + catalogue.letters(namespace).length, 0);
}

/** Ids of events that are letters. */
async function keptIds(world: DeadLetterWorld): Promise<ReadonlySet<string>> {
  const { catalogue } = await world.openLetters();
  const ids = new Set<string>();
  for (const namespace of catalogue.namespaces()) {
    for (const { entry } of catalogue.letters(namespace)) if (entry.event !== undefined) ids.add(entry.event.id);
  }
  return ids;
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
