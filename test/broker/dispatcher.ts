import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { closeConnection } from '../../operator/receiver/dead-letters/closed-connection.ts';
import { type AmqpPlace, openConnection, publishConfirmed } from './amqp.ts';

export interface DispatcherProps {
  readonly place: AmqpPlace;
  readonly queue: string;
  /** Where an event goes; asked for each. */
  readonly subscriber: (message: ConsumeMessage) => string;
  /** Queue of what is given up; undefined for the dispatcher of dead letters, which has none. */
  readonly deadLetters: string | undefined;
  readonly firstRetryMs: number;
  /** Events on their way at most: the parallelism of a Trigger. */
  readonly parallelism: number;
}

interface Outcome {
  readonly url: string;
  /** Undefined for no answer. */
  readonly status: number | undefined;
  readonly signal: AbortSignal;
}

const retries = 5;

/** Whether the dispatcher tries again: knative/eventing `pkg/kncloudevents/retries.go`. Undefined for no answer. */
export function isTriedAgain(status: number | undefined): boolean {
  return status === undefined || status >= 500 || [404, 408, 409, 429].includes(status);
}

/**
 * A dispatcher by the rules of eventing-rabbitmq (`pkg/dispatcher/dispatcher.go`): what is not worth a retry counts as
 * delivered; what is given up is acknowledged first and published to the dead letters then, with where it was going and the
 * status of the answer, of which nothing else is looked at; the dispatcher of dead letters acknowledges also what its sink
 * did not take. So it can lose events, and says which.
 */
export class Dispatcher {
  /** Events that this dispatcher, or those before it, may have lost by the broker's own rules. */
  readonly mayBeLost = new Set<string>();
  /** Messages that were acknowledged; one that comes again counts again. */
  settled = 0;
  /** Messages that it has and that are not settled. */
  inFlight = 0;
  readonly #props: DispatcherProps;
  #life = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #connection: ChannelModel | undefined;

  constructor(props: DispatcherProps) {
    this.#props = props;
  }

  start(): void {
    this.#life = new AbortController();
    // one for each event that is on its way
    setMaxListeners(0, this.#life.signal);
    this.#running = this.#run(this.#life.signal);
  }

  /** Ends it as a kill does: nothing that it was about to do is done. */
  async kill(): Promise<void> {
    this.#life.abort();
    if (this.#connection !== undefined) await closeConnection(this.#connection);
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#session(signal).catch(() => sleep(200));
  }

  async #session(signal: AbortSignal): Promise<void> {
    const connection = await openConnection(this.#props.place);
    this.#connection = connection;
    const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    const channel = (await connection.createConfirmChannel()).on('error', () => {});
    await channel.prefetch(this.#props.parallelism);
    await channel.consume(this.#props.queue, (message) => {
      if (message !== null) void this.#hold(this.#dispatch(channel, message, signal));
    });
    if (signal.aborted) await closeConnection(connection);
    await closed;
  }

  async #hold(dispatched: Promise<void>): Promise<void> {
    this.inFlight += 1;
    // what fails comes again
    await dispatched.catch(() => {});
    this.inFlight -= 1;
  }

  async #dispatch(channel: ConfirmChannel, message: ConsumeMessage, signal: AbortSignal): Promise<void> {
    const url = this.#props.subscriber(message);
    // it is here, and so not lost
    this.mayBeLost.delete(idOf(message));
    const status = await this.#deliver(url, message, signal);
    signal.throwIfAborted();
    if (!isTriedAgain(status)) {
      this.#settle(channel, message);
      return;
    }
    await this.#giveUp(channel, message, { url, status, signal });
  }

  async #deliver(url: string, message: ConsumeMessage, signal: AbortSignal): Promise<number | undefined> {
    let status: number | undefined;
    for (let attempt = 0; attempt <= retries; attempt += 1) {
      if (attempt > 0) await sleep(this.#props.firstRetryMs * 2 ** (attempt - 1), undefined, { signal });
      status = await post(url, message, signal);
      if (!isTriedAgain(status)) return status;
    }
    return status;
  }

  /** Fails on a channel that is closed: the message comes again. */
  #settle(channel: ConfirmChannel, message: ConsumeMessage): void {
    channel.ack(message);
    this.settled += 1;
  }

  /** The order of the two steps is the broker's own. */
  async #giveUp(channel: ConfirmChannel, message: ConsumeMessage, { signal, status, url }: Outcome): Promise<void> {
    const id = idOf(message);
    const { deadLetters } = this.#props;
    this.#settle(channel, message);
    this.mayBeLost.add(id);
    if (deadLetters === undefined) return;
    // in between lies a way over the network
    await sleep(1, undefined, { signal });
    const headers = {
      ...message.properties.headers,
      'ce-knativeerrordest': url,
      // -1 for no answer
      'ce-knativeerrorcode': String(status ?? -1),
    };
    await publishConfirmed(channel, { exchange: '', routingKey: deadLetters }, message.content, { headers });
    this.mayBeLost.delete(id);
  }
}

const idOf = ({ properties }: ConsumeMessage): string => String(properties.headers?.['ce-id'] ?? '');

/** In binary mode; undefined for no answer. */
async function post(
  url: string,
  { content, properties }: ConsumeMessage,
  signal: AbortSignal,
): Promise<number | undefined> {
  const attributes = Object.entries(properties.headers ?? {}).filter(([name]) => name.startsWith('ce-'));
  const headers = { 'content-type': 'application/json', ...Object.fromEntries(attributes) };
  const body = new Uint8Array(content);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}
