import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';
import { closeConnection } from '../../operator/receiver/dead-letters/closed-connection.ts';
import type { Login } from './management.ts';

/** A vhost of a broker, as one user. */
export interface AmqpPlace {
  readonly port: number;
  readonly vhost: string;
  readonly login: Login;
}

/** A connection whose end is told by its event `close` only. */
export async function openConnection({ login, port, vhost }: AmqpPlace): Promise<ChannelModel> {
  const connection = await connect({ hostname: '127.0.0.1', port, vhost, heartbeat: 5, ...login });
  return connection.on('error', () => {});
}

/** Messages that wait in queues; those that a reader has are not among them. */
export async function countReady(place: AmqpPlace, queues: readonly string[]): Promise<number> {
  const connection = await openConnection(place);
  try {
    const channel = (await connection.createChannel()).on('error', () => {});
    const found = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
    return found.reduce((sum, { messageCount }) => sum + messageCount, 0);
  } finally {
    await closeConnection(connection);
  }
}

export interface Message {
  readonly queue: string;
  readonly id: string;
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Publishes until the broker has confirmed all, over as many connections as that takes. */
export async function publishAll(place: AmqpPlace, messages: readonly Message[]): Promise<void> {
  let left = messages;
  while (left.length > 0) {
    const confirmed = new Set<string>();
    await publishOnce(place, left, confirmed).catch(() => sleep(200));
    left = left.filter(({ id }) => !confirmed.has(id));
  }
}

async function publishOnce(place: AmqpPlace, messages: readonly Message[], confirmed: Set<string>): Promise<void> {
  const connection = await openConnection(place);
  try {
    const channel = (await connection.createConfirmChannel()).on('error', () => {});
    await Promise.all(
      messages.map(async ({ content, headers, id, queue }) => {
        await publishConfirmed(channel, { exchange: '', routingKey: queue }, content, { headers });
        confirmed.add(id);
      }),
    );
  } finally {
    await closeConnection(connection);
  }
}

/** Resolves once the broker has the message. */
export function publishConfirmed(
  channel: ConfirmChannel,
  { exchange, routingKey }: { readonly exchange: string; readonly routingKey: string },
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  const settings = { persistent: true, contentType: 'application/json', ...options };
  return new Promise((resolve, reject) => {
    channel.publish(exchange, routingKey, content, settings, (error: unknown) => {
      if (error === null || error === undefined) resolve();
      else reject(new Error('not confirmed', { cause: error }));
    });
  });
}

/** Rejects everything that a queue holds or gets while the work is done, over as many connections as that takes. */
export async function rejecting<Result>(place: AmqpPlace, queue: string, work: () => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const rejected = rejectAll(place, queue, stop.signal);
  try {
    return await work();
  } finally {
    stop.abort();
    await rejected;
  }
}

async function rejectAll(place: AmqpPlace, queue: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await rejectOnce(place, queue, signal).catch(() => sleep(200));
}

async function rejectOnce(place: AmqpPlace, queue: string, signal: AbortSignal): Promise<void> {
  const connection = await openConnection(place);
  // listens to the signal no longer than the connection lives
  const ended = once(connection, 'close', { signal }).catch(() => {});
  const channel = (await connection.createChannel()).on('error', () => {});
  await channel.prefetch(50);
  await channel.consume(queue, (message) => message !== null && channel.reject(message, false));
  await ended;
  await closeConnection(connection);
}
