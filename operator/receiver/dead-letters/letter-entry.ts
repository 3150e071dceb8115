import { parseSubject } from '../command.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { eventToken } from '../handled-events.ts';
import { hashOf } from '../../specs/applied-object.ts';

/** What is known of a dead letter without reading it. */
export interface LetterEntry {
  readonly namespace: string;
  /** Name of the function that it was for. */
  readonly function: string;
  /** When it died, RFC 3339 in UTC with milliseconds. */
  readonly time: string;
  /** Which event it is: the same for the same source and id. */
  readonly token: string;
  /** A `DeadLetterReason`, or the word of another release. */
  readonly reason: string;
  /** Undefined for what is no event. */
  readonly event: { readonly id: string; readonly source: string; readonly type: string } | undefined;
  /** Answer of the last subscriber, where the Broker says one. */
  readonly code: string | undefined;
  /** How often it has been sent again before it died this time. */
  readonly replays: number;
  /** Whether RabbitMQ, or an account of the same namespace, handed it in. */
  readonly isProven: boolean;
  /** Microseconds since 1970, another one for each: what died in the same second stays in the order in which it came. */
  readonly arrived: number;
}

/** Attribute that counts how often an event was sent again. */
export const replaysAttribute = 'lambdareplays';

const tokenDigits = 20;
const unnamed = 'unnamed';

/** The same letter has the same key, however often it is handed in. */
export function toEntry(letter: DeadLetter, arrived: number): LetterEntry {
  const { namespace, original, reason, refusedAt } = letter;
  const place = { namespace, reason, time: refusedAt, isProven: isProven(letter), arrived };
  if (original.kind === 'request') {
    const token = hashOf(JSON.stringify(original), tokenDigits);
    return { ...place, token, function: unnamed, event: undefined, code: undefined, replays: 0 };
  }
  const { extensions, id, source, subject, type } = original.event;
  return {
    ...place,
    token: eventToken(original.event),
    function: parseSubject(subject ?? '')?.name ?? unnamed,
    event: { id, source, type },
    code: extensions['knativeerrorcode'],
    replays: replaysOf(extensions),
  };
}

function isProven({ deaths, handedInBy, namespace }: DeadLetter): boolean {
  return deaths.length > 0 || handedInBy.startsWith(`system:serviceaccount:${namespace}:`);
}

function replaysOf(extensions: Readonly<Record<string, string>>): number {
  const count = Number(extensions[replaysAttribute] ?? '0');
  return Number.isInteger(count) && count >= 0 ? count : 0;
}

const letterId = ({ time, token }: Pick<LetterEntry, 'time' | 'token'>): string => `${time}-${token}`;

/** Names a letter within its namespace. */
export const letterKey = (entry: Pick<LetterEntry, 'function' | 'time' | 'token'>): string =>
  `${entry.function}/${letterId(entry)}`;

/** What letters are ordered by, and pages begin after. */
export const orderOf = ({ arrived, function: name, time, token }: LetterEntry): string =>
  `${time}/${arrived}/${token}/${name}`;
