import { type LetterEntry, letterKey } from './letter-entry.ts';
import type { ByteRange } from './object-store.ts';

/** Where a letter lies. */
export interface PlacedLetter {
  readonly entry: LetterEntry;
  /** Name of the object. */
  readonly segment: string;
  readonly range: ByteRange;
}

/** A letter and the length of its line in bytes. */
export interface SizedEntry {
  readonly entry: LetterEntry;
  readonly bytes: number;
}

/** What most letters of a segment share, kept once for all of them. */
export type LetterTraits = Omit<LetterEntry, 'time' | 'token' | 'arrived' | 'event'> & {
  readonly event: { readonly source: string; readonly type: string } | undefined;
};

/** Times of a letter: when it died and when it arrived. */
const timesEach = 2;
/** Start and end of its line, start of its token and of the id of its event in the text, its traits, the hash of its key. */
const [placesEach, endAt, tokenAt, idAt, traitsAt, hashAt] = [6, 1, 2, 3, 4, 5] as const;
/** What a segment and a set of traits cost beside their texts, about. */
const [segmentBytes, traitBytes] = [1000, 300] as const;

/**
 * The letters of a segment in columns: a tenth of what an object for each would take. What is asked for is made from them
 * when it is asked.
 */
export class SegmentIndex {
  readonly name: string;
  readonly length: number;
  /** What it takes of memory, about. */
  readonly bytes: number;
  readonly #times: Float64Array;
  readonly #places: Uint32Array;
  readonly #text: Buffer;
  readonly #traits: readonly LetterTraits[];

  /**
   * @param start of the first line in the object
   * @throws Error for a time that is none
   */
  constructor(name: string, start: number, letters: readonly SizedEntry[]) {
    this.name = name;
    this.length = letters.length;
    this.#times = new Float64Array(letters.flatMap(({ entry }) => [millisecondsOf(entry.time), entry.arrived]));
    this.#places = new Uint32Array((letters.length + 1) * placesEach);
    const texts = letters.map(({ entry }) => [Buffer.from(entry.token), Buffer.from(entry.event?.id ?? '')] as const);
    this.#text = Buffer.concat(texts.flat());
    const traits = new SharedTraits();
    let [line, text] = [start, 0];
    for (const [row, { bytes, entry }] of letters.entries()) {
      const [token, id] = texts[row] ?? [Buffer.alloc(0), Buffer.alloc(0)];
      const idStart = text + token.length;
      this.#places.set(
        [line, line + bytes, text, idStart, traits.add(entry), hashOf(letterKey(entry))],
        row * placesEach,
      );
      line += bytes + 1;
      text = idStart + id.length;
    }
    this.#places[letters.length * placesEach + tokenAt] = text;
    this.#traits = traits.all;
    this.bytes = segmentBytes + this.#times.byteLength + this.#places.byteLength + this.#text.byteLength + traits.bytes;
  }

  at(row: number): PlacedLetter {
    return new RowOfSegment(this, row);
  }

  /** Of the key of a letter; others may have the same. */
  hashAt(row: number): number {
    return this.#place(row, hashAt);
  }

  keyAt(row: number): string {
    return letterKey(new EntryOfRow(this, row));
  }

  rangeAt(row: number): ByteRange {
    return { start: this.#place(row, 0), end: this.#place(row, endAt) };
  }

  /** Milliseconds since 1970. */
  diedAt(row: number): number {
    return this.#times[row * timesEach] ?? 0;
  }

  arrivedAt(row: number): number {
    return this.#times[row * timesEach + 1] ?? 0;
  }

  tokenAt(row: number): string {
    return this.#text.toString('utf8', this.#place(row, tokenAt), this.#place(row, idAt));
  }

  eventIdAt(row: number): string {
    return this.#text.toString('utf8', this.#place(row, idAt), this.#place(row + 1, tokenAt));
  }

  traitsAt(row: number): LetterTraits {
    const traits = this.#traits[this.#place(row, traitsAt)];
    if (traits === undefined) throw new RangeError(`${this.name}: no letter ${row}`);
    return traits;
  }

  #place(row: number, column: number): number {
    return this.#places[row * placesEach + column] ?? 0;
  }
}

/** Each set of traits once. */
class SharedTraits {
  readonly all: LetterTraits[] = [];
  bytes = 0;
  readonly #known = new Map<string, number>();

  /** @returns its place among all */
  add(entry: LetterEntry): number {
    const { code, event, function: name, isProven, namespace, reason, replays } = entry;
    const { source, type } = event ?? {};
    const text = JSON.stringify([namespace, name, reason, source, type, code, replays, isProven]);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const told = source === undefined || type === undefined ? undefined : { source, type };
    const place = this.all.push({ code, event: told, function: name, isProven, namespace, reason, replays }) - 1;
    this.#known.set(text, place);
    this.bytes += traitBytes + text.length;
    return place;
  }
}

class RowOfSegment implements PlacedLetter {
  readonly entry: LetterEntry;
  readonly #index: SegmentIndex;
  readonly #row: number;

  constructor(index: SegmentIndex, row: number) {
    this.entry = new EntryOfRow(index, row);
    this.#index = index;
    this.#row = row;
  }

  get segment(): string {
    return this.#index.name;
  }

  get range(): ByteRange {
    return this.#index.rangeAt(this.#row);
  }
}

/** Reads of its row only what is asked for: a filter looks at one or two of ten. */
class EntryOfRow implements LetterEntry {
  readonly #index: SegmentIndex;
  readonly #row: number;

  constructor(index: SegmentIndex, row: number) {
    this.#index = index;
    this.#row = row;
  }

  get namespace(): string {
    return this.#traits.namespace;
  }

  get function(): string {
    return this.#traits.function;
  }

  get time(): string {
    return new Date(this.#index.diedAt(this.#row)).toISOString();
  }

  get token(): string {
    return this.#index.tokenAt(this.#row);
  }

  get reason(): string {
    return this.#traits.reason;
  }

  get event(): LetterEntry['event'] {
    const { event } = this.#traits;
    return event === undefined ? undefined : { id: this.#index.eventIdAt(this.#row), ...event };
  }

  get code(): string | undefined {
    return this.#traits.code;
  }

  get replays(): number {
    return this.#traits.replays;
  }

  get isProven(): boolean {
    return this.#traits.isProven;
  }

  get arrived(): number {
    return this.#index.arrivedAt(this.#row);
  }

  get #traits(): LetterTraits {
    return this.#index.traitsAt(this.#row);
  }
}

function millisecondsOf(time: string): number {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) throw new Error(`time ${time}: needed RFC 3339`);
  return milliseconds;
}

/** FNV-1a of 32 bits. */
export function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01_00_01_93);
  }
  return hash >>> 0;
}
