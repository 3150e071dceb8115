import { setMaxListeners } from 'node:events';
import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import type { Clock } from '../../kube/clock.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { type AmqpMessage, toLetter } from './amqp-letter.ts';
import { closeConnection } from './closed-connection.ts';

export interface BrokerLogin {
  readonly username: string;
  readonly password: string;
}

/** Where dead letters come in. */
export interface DeadLetterQueue {
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly queue: string;
}

export interface KeeperProps {
  readonly place: DeadLetterQueue;
  /** Read for each connection: a file that may change. */
  readonly login: () => Promise<BrokerLogin>;
  /** Resolves once the letter is kept for good. */
  readonly keep: (letter: DeadLetter) => Promise<void>;
  readonly clock: Clock;
  readonly today: () => Date;
  /** Told when it begins and stops to read the queue; default nobody is. */
  readonly onReading?: (isReading: boolean) => void;
  /** Told of what is tried again. */
  readonly onFault: (error: unknown) => void;
}

/** Messages in memory at most: enough for one write, and few where each is as large as a Broker takes them. */
const prefetch = 32;
const heartbeatSeconds = 10;
const connectMs = 10_000;
const [firstRetryMs, lastRetryMs] = [500, 15_000] as const;

/**
 * Empties the dead-letter queue into the store. A message is acknowledged once its letter is kept, so that a keeper that
 * ends at any moment loses none. All replicas read: each message is one's, and comes again where that one ends.
 */
export class Keeper {
  readonly #props: KeeperProps;

  constructor(props: KeeperProps) {
    this.#props = props;
  }

  /** Until the signal; never fails. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onFault } = this.#props;
    let waitMs: number = firstRetryMs;
    while (!signal.aborted) {
      const fault = await this.#session(signal);
      if (fault === 'ended') waitMs = firstRetryMs;
      else onFault(fault);
      await clock.sleep(waitMs, signal).catch(() => {});
      waitMs = Math.min(waitMs * 2, lastRetryMs);
    }
  }

  /** One connection; what kept it from reading, or `ended` once it has read. */
  async #session(signal: AbortSignal): Promise<unknown> {
    let connection: ChannelModel | undefined;
    try {
      connection = await this.#connect();
      const channel = await connection.createChannel();
      await this.#read(connection, channel, signal);
      return 'ended';
    } catch (error) {
      return error;
    } finally {
      this.#props.onReading?.(false);
      if (connection !== undefined) await closeConnection(connection);
    }
  }

  async #connect(): Promise<ChannelModel> {
    const { login, place } = this.#props;
    const { host: hostname, port, vhost } = place;
    const options = { protocol: 'amqp', hostname, port, vhost, heartbeat: heartbeatSeconds, ...(await login()) };
    const connection = await connect(options, { timeout: connectMs });
    // without a listener it would end the process; the close that follows is what counts
    connection.on('error', this.#props.onFault);
    return connection;
  }

  async #read(connection: ChannelModel, channel: Channel, signal: AbortSignal): Promise<void> {
    const { onReading, place } = this.#props;
    const session = new AbortController();
    // each message that waits for the store listens, and this session does
    setMaxListeners(prefetch + 1, session.signal);
    const end = (): void => session.abort();
    const ended = new Promise<void>((resolve) => session.signal.addEventListener('abort', () => resolve()));
    for (const one of [connection, channel]) one.once('close', end);
    channel.on('error', (error: Error) => session.abort(error));
    signal.addEventListener('abort', end, { once: true });
    try {
      await channel.prefetch(prefetch);
      const take = (message: ConsumeMessage | null): void => {
        // null: the queue is gone
        if (message === null) end();
        else void this.#take(channel, message, session.signal);
      };
      await channel.consume(place.queue, take);
      onReading?.(true);
      await ended;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** What cannot be kept stays unacknowledged, and the queue sends no more than it may. */
  async #take(channel: Channel, message: ConsumeMessage, signal: AbortSignal): Promise<void> {
    const { clock, keep, onFault, today } = this.#props;
    const letter = toLetter(plain(message), today());
    let waitMs: number = firstRetryMs;
    while (!signal.aborted) {
      try {
        await keep(letter);
        // a closed channel cannot: the message comes again, and is the same letter
        if (!signal.aborted) channel.ack(message);
        return;
      } catch (error) {
        onFault(error);
      }
      await clock.sleep(waitMs, signal).catch(() => {});
      waitMs = Math.min(waitMs * 2, lastRetryMs);
    }
  }
}

function plain({ content, properties }: ConsumeMessage): AmqpMessage {
  const headers: unknown = properties.headers;
  return {
    content,
    contentType: properties.contentType,
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
  };
}
