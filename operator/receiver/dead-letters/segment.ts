import { z } from 'zod';
import type { LetterEntry } from './letter-entry.ts';
import { SegmentIndex, type SizedEntry } from './segment-index.ts';

/** A letter and what it is found by. */
export interface PackedLetter {
  readonly entry: LetterEntry;
  /** JSON of one line. */
  readonly text: string;
}

/** Letters of one namespace that died on one day, in one object: its first line is the index of the others. */
export interface Segment {
  readonly body: Buffer;
  readonly index: SegmentIndex;
}

/** What the name of a segment says. */
export interface SegmentName {
  readonly namespace: string;
  readonly day: string;
  readonly count: number;
  /** Length of the index in bytes. */
  readonly indexBytes: number;
}

export const segmentFolder = 'letters/';

const namePattern =
  /^letters\/(?<namespace>[a-z0-9-]+)\/(?<day>[\d-]{10})\/[\w-]+\.(?<count>\d+)\.(?<bytes>\d+)\.jsonl$/;

/** @returns undefined for an object that is no segment */
export function parseSegmentName(name: string): SegmentName | undefined {
  const { bytes, count, day, namespace } = namePattern.exec(name)?.groups ?? {};
  if (namespace === undefined || day === undefined) return undefined;
  return { namespace, day, count: Number(count), indexBytes: Number(bytes) };
}

export const dayOf = (time: string): string => time.slice(0, 10);

/** Function, time, token, reason, [id, source, type] or null, code or null, replays, 1 if proven, arrived, bytes. */
const indexSchema = z.array(
  z.tuple([
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.tuple([z.string(), z.string(), z.string()]).nullable(),
    z.string().nullable(),
    z.number(),
    z.literal([0, 1]),
    z.number(),
    z.number(),
  ]),
);

/**
 * Packs letters of one namespace and day.
 * @param stamp what no other segment has, first in time first in order
 */
export function packSegment(letters: readonly PackedLetter[], stamp: string): Segment {
  const [first] = letters;
  if (first === undefined) throw new TypeError('a segment has letters');
  const lines = letters.map(({ text }) => Buffer.from(`${text}\n`));
  const sized = letters.map(({ entry }, at) => ({ entry, bytes: (lines[at]?.length ?? 0) - 1 }));
  const index = Buffer.from(`${JSON.stringify(sized.map(toRow))}\n`);
  const { namespace, time } = first.entry;
  const name = `${segmentFolder}${namespace}/${dayOf(time)}/${stamp}.${letters.length}.${index.length}.jsonl`;
  return { body: Buffer.concat([index, ...lines]), index: new SegmentIndex(name, index.length, sized) };
}

function toRow({ bytes, entry }: SizedEntry) {
  const { arrived, code, event, function: name, isProven, reason, replays, time, token } = entry;
  const told = event === undefined ? null : [event.id, event.source, event.type];
  return [name, time, token, reason, told, code ?? null, replays, isProven ? 1 : 0, arrived, bytes];
}

/**
 * Letters of a segment from its index.
 * @throws Error for an index of something else
 */
export function readIndex(name: string, index: Buffer): SegmentIndex {
  const parsed = parseSegmentName(name);
  if (parsed === undefined) throw new Error(`${name}: no segment of dead letters`);
  const { namespace } = parsed;
  const rows = indexSchema.parse(JSON.parse(index.toString()));
  const entries = rows.map(([own, time, token, reason, event, code, replays, proven, arrived, bytes]) => ({
    bytes,
    entry: {
      namespace,
      function: own,
      time,
      token,
      reason,
      event: event === null ? undefined : { id: event[0], source: event[1], type: event[2] },
      code: code ?? undefined,
      replays,
      isProven: proven === 1,
      arrived,
    },
  }));
  return new SegmentIndex(name, index.length, entries);
}
