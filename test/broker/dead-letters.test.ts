import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { ConfirmChannel } from 'amqplib';
import { systemClock } from '../../operator/kube/clock.ts';
import { Keeper } from '../../operator/receiver/dead-letters/keeper.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { type Message, openConnection, publishAll, rejecting } from './amqp.ts';
import { CutLink } from './cut-link.ts';
import { DeadLetterWorld } from './dead-letter-world.ts';
import { Dispatcher } from './dispatcher.ts';
import { type LossProof, proveNothingLost } from './loss-proof.ts';
import { FunctionProgram } from './subscribers.ts';

jest.setTimeout(600_000);

let world: DeadLetterWorld;

beforeAll(async () => {
  world = await DeadLetterWorld.start();
});

afterEach(() => world.reset());
afterAll(() => world.stop());

const numbered = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `e-${String(from + index).padStart(5, '0')}`);

const toMessage = (id: string, content = '{}'): Message => ({
  queue: world.queues.builds,
  id,
  content: Buffer.from(content),
  headers: { 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/s', 'ce-type': 't', 'ce-subject': 'team/hello' },
});

/** Publishes events into a queue whose reader refuses them, and waits until so many letters are kept. */
async function rejectAndKeep(ids: readonly string[], count = ids.length): Promise<readonly string[]> {
  return rejecting(world.own, world.queues.builds, async () => {
    await publishAll(
      world.own,
      ids.map((id) => toMessage(id)),
    );
    return untilKept(count);
  });
}

/** Ids of the letters, sorted, once there are so many. */
async function untilKept(count: number): Promise<readonly string[]> {
  const isThere = async () => {
    const kept = await world.kept();
    return kept.length >= count && kept;
  };
  const kept = await eventually(isThere, { intervalMs: 100 });
  return kept.map(({ entry }) => entry.event?.id ?? 'undecodable').toSorted();
}

const untilEmpty = (queue: string) =>
  eventually(async () => (await world.describe(queue)).messages === 0, { intervalMs: 200 });

test('the broker takes what the environment declares', () => {
  expect(world.refused).toEqual([]);
});

test('a message that RabbitMQ gives up is kept with its event, its deaths and its bytes', async () => {
  await (await world.addReceiver()).start();
  const big = '{"n":12345678901234567890}';
  await rejecting(world.own, world.queues.builds, async () => {
    await publishAll(world.own, [toMessage('big', big)]);
    await untilKept(1);
  });
  const [letter] = await world.kept();
  const stored = letter && (await (await world.openLetters()).read(letter));
  expect(stored).toMatchObject({
    namespace: 'team',
    reason: 'rejected',
    deaths: [{ queue: world.queues.builds, reason: 'rejected', count: 1 }],
    original: { event: { id: 'big', subject: 'team/hello', data_base64: Buffer.from(big).toString('base64') } },
  });
});

test('nothing is acknowledged before it is stored, and what was not comes again', async () => {
  const receiver = await world.addReceiver();
  const ids = numbered(20);
  world.store.state = 'silent';
  await receiver.start();
  await rejecting(world.own, world.queues.builds, async () => {
    await publishAll(
      world.own,
      ids.map((id) => toMessage(id)),
    );
    await eventually(() => world.store.waitingWrites > 0);
    const { deadLetters } = world.queues;
    await eventually(async () => (await world.describe(deadLetters)).messages === ids.length, { intervalMs: 200 });
  });
  await receiver.kill();
  // what the store had received it writes, although nobody is told
  world.store.up();
  expect((await world.describe(world.queues.deadLetters)).messages).toBe(ids.length);
  await receiver.start();
  expect(await untilKept(ids.length)).toEqual(ids);
  await untilEmpty(world.queues.deadLetters);
});

test('messages that nobody can read are kept, and hold nothing up', async () => {
  await (await world.addReceiver()).start();
  const connection = await openConnection(world.own);
  const channel = await connection.createConfirmChannel();
  for (const content of [Buffer.from([0xff, 0x00, 0xfe]), Buffer.from('')]) {
    channel.publish('lambda-dlq-exchange', 'lambda.dlq.test', content, { headers: { 'x-death': 'no', 'ce-id': 7 } });
  }
  await channel.waitForConfirms();
  await connection.close();
  expect(await rejectAndKeep(['good'], 3)).toEqual(['good', 'undecodable', 'undecodable']);
});

test('two replicas read, and one goes on when the other is killed', async () => {
  const [one, other] = [await world.addReceiver(), await world.addReceiver()];
  await Promise.all([one.start(), other.start()]);
  await eventually(async () => (await world.describe(world.queues.deadLetters)).consumers === 2, { intervalMs: 200 });
  expect(await rejectAndKeep(numbered(50))).toEqual(numbered(50));
  await one.kill();
  expect(await rejectAndKeep(numbered(50, 50), 100)).toEqual(numbered(100));
});

test('a keeper whose connection is lost while it closes reads as soon as it can', async () => {
  const { login, port, vhost } = world.own;
  const link = await CutLink.open(port);
  const stop = new AbortController();
  const turns: boolean[] = [];
  const keeper = new Keeper({
    place: { host: '127.0.0.1', port: link.port, vhost, queue: 'late.dead-letters' },
    login: async () => login,
    keep: async () => {},
    clock: systemClock,
    today: () => new Date(),
    onReading: (isReading) => {
      // there is no such queue: it is about to close
      if (turns.push(isReading) === 1) link.cut();
    },
    onFault: () => {},
  });
  const running = keeper.run(stop.signal);
  await eventually(() => turns.length > 0);
  await world.addQueue('late.dead-letters');
  await eventually(() => turns.includes(true), { timeoutMs: 60_000 });
  stop.abort();
  await running;
  await link.stop();
  expect(turns[0]).toBe(false);
});

test('nothing is lost while keeper, broker and store fail again and again', async () => {
  const receiver = await world.addReceiver();
  await receiver.start();
  const ids = numbered(1000);
  const failures = async (): Promise<void> => {
    for (const round of [1, 2, 3, 4, 5, 6]) {
      await sleep(200 + Math.random() * 500);
      if (round === 3) await world.rabbitmq.restart();
      if (round === 4) world.store.state = 'down';
      if (round === 5) world.store.up();
      await receiver.kill();
      await receiver.start();
    }
  };
  const [kept] = await Promise.all([rejectAndKeep(ids), failures()]);
  expect(kept).toEqual(ids);
  expect(receiver.warnings).toEqual([]);
  await untilEmpty(world.queues.deadLetters);
});

test('fails its login at everything but reading that queue', async () => {
  const { builds, deadLetters } = world.queues;
  const attempts: readonly ((channel: ConfirmChannel) => Promise<unknown>)[] = [
    (channel) => channel.consume(builds, () => {}),
    (channel) => channel.assertQueue('mine', { durable: true }),
    (channel) => channel.deleteQueue(deadLetters),
    async (channel) => {
      channel.publish('', deadLetters, Buffer.from('x'));
      await channel.waitForConfirms();
    },
  ];
  const outcomes = await Promise.all(attempts.map(attemptAsReader));
  expect(outcomes.map((outcome) => outcome.includes('ACCESS_REFUSED') || outcome)).toEqual(attempts.map(() => true));
  expect(await attemptAsReader((channel) => channel.get(deadLetters))).toBe('allowed');
});

/** What the broker says to it. */
async function attemptAsReader(work: (channel: ConfirmChannel) => Promise<unknown>): Promise<string> {
  const connection = await openConnection(world.reader);
  const channel = await connection.createConfirmChannel();
  const failed = new Promise<string>((resolve) => channel.on('error', ({ message }: Error) => resolve(message)));
  const done = work(channel).then(
    () => 'allowed',
    ({ message }: Error) => message,
  );
  const outcome = await Promise.race([failed, done]);
  await connection.close().catch(() => {});
  return outcome;
}

test('of a function that fails for good a letter has the status, and not the marker of its answer', async () => {
  const receiver = await world.addReceiver();
  await receiver.start();
  const [port = 0] = await findFreePorts(1);
  const hello = new FunctionProgram(join(world.folder, 'marked'), port);
  await hello.start();
  const [queue, letters] = ['marked.trigger', 'marked.dead-letters'] as const;
  await Promise.all([world.addQueue(queue), world.addQueue(letters)]);
  const own = { place: world.own, firstRetryMs: 5, parallelism: 50 } as const;
  const dispatchers = [
    new Dispatcher({ ...own, queue, subscriber: () => hello.url, deadLetters: letters }),
    new Dispatcher({ ...own, queue: letters, subscriber: () => `${receiver.url}/dlq`, deadLetters: undefined }),
  ];
  dispatchers.forEach((dispatcher) => dispatcher.start());
  const message = { ...toMessage('marked', '{"isWrong":true}'), queue };
  await publishAll(world.own, [message]);
  await untilKept(1);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(hello.url, { method: 'POST', headers, body: message.content.toString() });
  const [letter] = await world.kept();
  const { original } = (letter && (await (await world.openLetters()).read(letter))) ?? {};
  await Promise.all([hello.kill(), ...dispatchers.map((dispatcher) => dispatcher.kill())]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'kne-errorcode': 'TypeError',
    'kne-errorretryable': 'false',
  });
  expect(original).toMatchObject({ event: { id: 'marked', knativeerrordest: hello.url, knativeerrorcode: '500' } });
  expect(JSON.stringify(original)).not.toMatch(/errorretryable|TypeError/);
});

/** More for a long proof; a person sets it. */
const events = Number(process.env['DEAD_LETTER_EVENTS'] ?? '2000');

/** As long as other tests have, and more for each event: a slow machine takes minutes for ten thousand. */
const proofMs = 600_000 + events * 60;

test(
  `of ${events} events none is lost but those that the broker itself loses, whatever is killed`,
  async () => {
    const start = performance.now();
    const seconds = (): number => Math.round((performance.now() - start) / 1000);
    const onProgress = (published: number) => process.stderr.write(`${published} published after ${seconds()} s\n`);
    const { nameless, twice, ...counts } = await proveNothingLost(world, { count: events, onProgress });
    process.stderr.write(`${toReport(counts, seconds())}\n`);
    expect({ nameless, twice }).toEqual({ nameless: [], twice: [] });
  },
  proofMs,
);

type Counts = Omit<LossProof, 'nameless' | 'twice'>;

function toReport({ deadLettered, delivered, kills, lost, replayed }: Counts, seconds: number): string {
  const facts = [
    `${events} events in ${seconds} s`,
    `${kills} kills`,
    `${delivered} delivered`,
    `${deadLettered} dead letters`,
    `${replayed} replayed`,
  ];
  return `${facts.join(', ')}, ${lost.length} lost by the broker's own rules: ${lost.join(' ') || 'none'}`;
}
