import { eventually } from '../cluster/eventually.ts';
import { type Message, publishAll } from './amqp.ts';
import type { DeadLetterWorld } from './dead-letter-world.ts';

/** Every class of answer: taken, refused for good, and worth a retry. */
const statuses = [
  200, 202, 204, 301, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 501, 502, 503, 504,
];

/** Where an event goes: to a function behind the wrapper, to a plain server, to the receiver, or to a queue that refuses it. */
const routes = ['function', 'failing', 'status', 'command', 'rejected'] as const;
type Route = (typeof routes)[number];

const routeOf = (number: number): Route => routes[number % routes.length] ?? 'function';
export const idAt = (number: number): string => `e-${String(number).padStart(6, '0')}`;

/** Share of the events that a dispatcher gets: all but those that a queue refuses. */
export const dispatchedShare = (routes.length - 1) / routes.length;

export interface Addresses {
  readonly hello: string;
  readonly status: string;
  readonly receiver: string;
}

/** Commands are of the schema of nothing: the receiver refuses them for good, and has to keep them itself. */
export function addressOf(route: string, { hello, receiver, status }: Addresses): string {
  if (route === 'command') return receiver;
  return route === 'status' ? status : hello;
}

function messageAt(world: DeadLetterWorld, trigger: string, number: number): Message {
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

const batch = 500;
/** Events that wait for a dispatcher at most: what is killed late is killed while there is still something to publish. */
const backlog = 5000;
const toldEvery = 10_000;

export interface Publishing {
  readonly world: DeadLetterWorld;
  readonly trigger: string;
  readonly count: number;
  /** How many have left the queue of the trigger. */
  readonly settled: () => number;
  readonly timeoutMs: number;
  /** Told how far it is, now and then. */
  readonly onProgress: (published: number) => void;
}

/** Publishes so many, each confirmed, and no faster than they are worked off. */
export async function publishNumbered(props: Publishing): Promise<void> {
  const { count, onProgress, settled, timeoutMs, trigger, world } = props;
  for (let start = 0; start < count; start += batch) {
    await eventually(() => start - settled() / dispatchedShare < backlog, { timeoutMs });
    const numbers = Array.from({ length: Math.min(batch, count - start) }, (_, index) => start + index);
    await publishAll(
      world.own,
      numbers.map((number) => messageAt(world, trigger, number)),
    );
    const published = start + numbers.length;
    if (published % toldEvery === 0) onProgress(published);
  }
}
