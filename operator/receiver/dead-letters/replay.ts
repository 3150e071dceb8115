import { z } from 'zod';
import type { Clock } from '../../kube/clock.ts';
import { type LetterEntry, letterKey, replaysAttribute } from './letter-entry.ts';
import type { LetterStore, StoredLetter } from './letter-store.ts';
import { groupBy } from './group-by.ts';
import { mapLimited } from './map-limited.ts';
import { Pace } from './pace.ts';
import type { PlacedLetter } from './segment-index.ts';

/** An event as JSON (CloudEvents JSON format 1.0). */
export type EventJson = Readonly<Record<string, unknown>>;

/** Hands an event to the Broker of a namespace; resolves once the Broker has it for good. */
export type SendAgain = (namespace: string, event: EventJson) => Promise<void>;

export interface ReplayProps {
  readonly letters: LetterStore;
  readonly send: SendAgain;
  readonly clock: Clock;
  /** Told of each attempt. */
  readonly onSent: (result: 'success' | 'failed') => void;
}

export interface ReplayOrder {
  /** Of one namespace, in order. */
  readonly letters: readonly PlacedLetter[];
  /** Events in a second at most. */
  readonly perSecond: number;
  readonly signal: AbortSignal;
}

export interface ReplayReport {
  /** Events that were sent, and are dead letters no more. */
  readonly replayed: number;
  /** Further letters of events that were sent: one event is sent once. */
  readonly duplicates: number;
  /** Letters that are no events: nobody can send them. */
  readonly undecodable: number;
  /** Events that the Broker did not take. */
  readonly failed: number;
  /** Letters behind a failed one of their function, left where they are: their order is kept. */
  readonly held: number;
}

const noReport: ReplayReport = { replayed: 0, duplicates: 0, undecodable: 0, failed: 0, held: 0 };
const lanes = 16;
/** Letters that are read, and removed, at a time. */
const chunkSize = 100;

/**
 * Sends letters again. Those of one function go one after the other, each after the Broker has confirmed the one before; of
 * several functions at the same time. A letter is removed once its event is sent: whoever is killed in between sends it twice.
 */
export async function replay(props: ReplayProps, { letters, perSecond, signal }: ReplayOrder): Promise<ReplayReport> {
  const run = new Run(props, new Pace(perSecond, props.clock), signal);
  for (let start = 0; start < letters.length && !signal.aborted; start += chunkSize) {
    await run.send(letters.slice(start, start + chunkSize));
  }
  return run.report;
}

class Run {
  report = noReport;
  readonly #props: ReplayProps;
  readonly #pace: Pace;
  readonly #signal: AbortSignal;
  readonly #failed = new Set<string>();
  /** Which events were sent, by token. */
  readonly #sent = new Set<string>();

  constructor(props: ReplayProps, pace: Pace, signal: AbortSignal) {
    this.#props = props;
    this.#pace = pace;
    this.#signal = signal;
  }

  async send(chunk: readonly PlacedLetter[]): Promise<void> {
    const stored = await this.#props.letters.readAll(chunk);
    const byFunction = groupBy(chunk, ({ entry }) => entry.function);
    const done = await mapLimited([...byFunction.values()], lanes, (letters) => this.#lane(letters, stored));
    const keys = done.flat();
    const [first] = chunk;
    if (first !== undefined) await this.#props.letters.remove(first.entry.namespace, keys);
  }

  /** Keys of letters whose events have been sent. */
  async #lane(letters: readonly PlacedLetter[], stored: ReadonlyMap<string, StoredLetter>): Promise<readonly string[]> {
    const done: string[] = [];
    for (const { entry } of letters) {
      if (this.#signal.aborted) break;
      const outcome = await this.#one(entry, stored.get(letterKey(entry)));
      this.report = { ...this.report, [outcome]: this.report[outcome] + 1 };
      if (outcome === 'replayed' || outcome === 'duplicates') done.push(letterKey(entry));
    }
    return done;
  }

  async #one(entry: LetterEntry, stored: StoredLetter | undefined): Promise<keyof ReplayReport> {
    if (this.#sent.has(entry.token)) return 'duplicates';
    const event = eventOf(stored);
    if (event === undefined) return 'undecodable';
    if (this.#failed.has(entry.function)) return 'held';
    await this.#pace.turn(this.#signal);
    try {
      await this.#props.send(entry.namespace, toSend(event, entry.replays + 1));
      this.#sent.add(entry.token);
      this.#props.onSent('success');
      return 'replayed';
    } catch {
      this.#failed.add(entry.function);
      this.#props.onSent('failed');
      return 'failed';
    }
  }
}

const storedEvent = z.looseObject({
  original: z.looseObject({ kind: z.literal('event'), event: z.looseObject({ id: z.string() }) }),
});

function eventOf(stored: StoredLetter | undefined): EventJson | undefined {
  return storedEvent.safeParse(stored).data?.original.event;
}

/** Without what the last failure left on it: it begins anew, but for how often it did. */
function toSend(event: EventJson, replays: number): EventJson {
  const kept = Object.entries(event).filter(([name]) => !name.startsWith('knativeerror'));
  return { ...Object.fromEntries(kept), [replaysAttribute]: String(replays) };
}
