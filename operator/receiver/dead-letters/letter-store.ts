import { toEventJson } from '../event-json.ts';
import type { DeadLetter, Original } from '../dead-letter.ts';
import { Catalogue } from './catalogue.ts';
import { letterKey, orderOf, toEntry } from './letter-entry.ts';
import { type LetterQuery, matches } from './letter-query.ts';
import type { ByteRange, ObjectStore } from './object-store.ts';
import { groupBy } from './group-by.ts';
import { mapLimited } from './map-limited.ts';
import { removalFolder, readRemoval, writeRemoval } from './removal.ts';
import { parseSegmentName, readIndex, segmentFolder } from './segment.ts';
import type { PlacedLetter } from './segment-index.ts';
import type { LetterList } from './sorted-letters.ts';
import { SegmentWriter } from './segment-writer.ts';

export interface LetterStoreProps {
  readonly store: ObjectStore;
  readonly today: () => Date;
  /** Something that no other replica draws. */
  readonly newId: () => string;
  /** Told of an object that cannot be read; the others are. */
  readonly onFault: (error: unknown) => void;
  /** Memory for what letters are found by, in bytes, about; beyond it letters are kept and not found. */
  readonly indexBytes?: number;
}

/** Of a quarter of a million letters, about. */
const defaultIndexBytes = 33_554_432;

/** Some letters, and where the next ones begin; undefined after the last. */
export interface LetterPage {
  readonly letters: readonly PlacedLetter[];
  readonly next: string | undefined;
}

/** A letter as it is stored. */
export type StoredLetter = Readonly<Record<string, unknown>>;

const reads = 16;

/** The dead letters of an environment, in packed segments of its bucket. */
export class LetterStore {
  readonly catalogue: Catalogue;
  readonly #props: LetterStoreProps;
  readonly #writer: SegmentWriter;
  #refreshing: Promise<void> | undefined;
  #arrived = 0;

  constructor(props: LetterStoreProps) {
    this.#props = props;
    this.catalogue = new Catalogue(props.indexBytes ?? defaultIndexBytes);
    this.#writer = new SegmentWriter({
      store: props.store,
      newStamp: () => this.newStamp(),
      onWritten: (index) => this.catalogue.addSegment(index),
    });
  }

  /** Sorts by the time at which it was made. */
  newStamp(): string {
    const { newId, today } = this.#props;
    return `${today().toISOString().replaceAll(/[-:.]/g, '')}-${newId()}`;
  }

  /** Resolves once the letter is kept for good. */
  async keep(letter: DeadLetter): Promise<void> {
    const text = JSON.stringify({ ...letter, original: toJson(letter.original) });
    await this.#writer.keep({ entry: toEntry(letter, this.#nextArrival()), text });
  }

  #nextArrival(): number {
    this.#arrived = Math.max(this.#arrived + 1, this.#props.today().getTime() * 1000);
    return this.#arrived;
  }

  /** Learns what other replicas have stored and removed. Rejects when the store does not answer. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { store } = this.#props;
    const known = [...this.catalogue.segments(), ...this.catalogue.removals()];
    // removals last: one that is made in between still hides the letters that were found
    const segments = await store.list(segmentFolder);
    const there = new Set([...(await store.list(removalFolder)), ...segments]);
    for (const name of [...known, ...this.catalogue.leftOut()]) if (!there.has(name)) this.catalogue.drop(name);
    const before = new Set(known);
    await mapLimited([...there].filter((name) => !before.has(name)).toSorted(byAge), reads, (name) => this.#load(name));
    // now, so that nobody who asks waits for it
    for (const namespace of this.catalogue.namespaces()) this.catalogue.letters(namespace);
  }

  async #load(name: string): Promise<void> {
    const { store } = this.#props;
    if (name.startsWith(removalFolder)) {
      const keys = await readRemoval(store, name);
      if (keys !== undefined) this.catalogue.addRemoval(name, keys);
      return;
    }
    const parsed = parseSegmentName(name);
    if (parsed === undefined) return;
    if (!this.catalogue.hasRoom()) {
      this.catalogue.leaveOut(name);
      return;
    }
    const index = await store.get(name, { start: 0, end: parsed.indexBytes });
    if (index === undefined) return;
    try {
      this.catalogue.addSegment(readIndex(name, index));
    } catch (error) {
      this.#props.onFault(new Error(`${name}: its index cannot be read`, { cause: error }));
    }
  }

  /** @param after where another page ended; the beginning where it is undefined */
  page(
    query: LetterQuery,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): LetterPage {
    const all = this.catalogue.letters(query.namespace);
    const { first, last } = spanOfTime(all, query);
    const found: PlacedLetter[] = [];
    let next: string | undefined;
    for (let index = Math.max(first, after === undefined ? 0 : firstAfter(all, after)); index < last; index += 1) {
      const traits = all.traitsAt(index);
      if (traits === undefined || !matches(query, traits)) continue;
      const letter = all.at(index);
      if (letter === undefined) continue;
      if (found.length === limit) return { letters: found, next };
      found.push(letter);
      next = orderOf(letter.entry);
    }
    return { letters: found, next: undefined };
  }

  count(query: LetterQuery): number {
    const { namespace: _, since: __, until: ___, ...asked } = query;
    const all = this.catalogue.letters(query.namespace);
    const { first, last } = spanOfTime(all, query);
    if (Object.values(asked).every((one) => one === undefined)) return Math.max(0, last - first);
    let count = 0;
    for (let index = first; index < last; index += 1) {
      const traits = all.traitsAt(index);
      if (traits !== undefined && matches(query, traits)) count += 1;
    }
    return count;
  }

  /** @returns undefined for a letter that is not, or no longer, there */
  async read({ entry, range, segment }: PlacedLetter): Promise<StoredLetter | undefined> {
    const bytes = await this.#props.store.get(segment, range);
    if (bytes !== undefined) return parseLetter(bytes);
    // merged since: it lies in another segment now
    await this.refresh();
    const moved = this.catalogue.find(entry.namespace, letterKey(entry));
    const again = moved === undefined ? undefined : await this.#props.store.get(moved.segment, moved.range);
    return again === undefined ? undefined : parseLetter(again);
  }

  /** Many at once, by their keys: what lies beside each other is read together. Those that are gone are left out. */
  async readAll(letters: readonly PlacedLetter[]): Promise<ReadonlyMap<string, StoredLetter>> {
    const found = new Map<string, StoredLetter>();
    const bySegment = groupBy(letters, ({ segment }) => segment);
    await mapLimited([...bySegment.values()], reads, async (own) => {
      const span = spanOf(own);
      const bytes = await this.#props.store.get(own[0]?.segment ?? '', span);
      for (const letter of own) {
        const { end, start } = letter.range;
        const stored =
          bytes === undefined
            ? await this.read(letter)
            : parseLetter(bytes.subarray(start - span.start, end - span.start));
        if (stored !== undefined) found.set(letterKey(letter.entry), stored);
      }
    });
    return found;
  }

  /** Letters of one namespace; resolves once they stay removed. */
  async remove(namespace: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const name = await writeRemoval(this.#props.store, { namespace, keys, stamp: this.newStamp() });
    this.catalogue.addRemoval(name, new Set(keys));
  }
}

/** Letters that died in the time that is asked for: they lie beside each other. */
function spanOfTime(letters: LetterList, { since, until }: LetterQuery): { first: number; last: number } {
  return {
    first: since === undefined ? 0 : placeOf(letters, ({ entry }) => entry.time < since),
    last: until === undefined ? letters.length : placeOf(letters, ({ entry }) => entry.time < until),
  };
}

/** Place of the first letter behind the cursor of a page. */
const firstAfter = (letters: LetterList, cursor: string): number =>
  placeOf(letters, ({ entry }) => orderOf(entry) <= cursor);

/** Place of the first letter that does not come before. */
function placeOf(letters: LetterList, isBefore: (letter: PlacedLetter) => boolean): number {
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const letter = letters.at(middle);
    if (letter !== undefined && isBefore(letter)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What died first comes first, whatever its namespace; removals before all. */
function byAge(one: string, other: string): number {
  const [left, right] = [ageOf(one), ageOf(other)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const ageOf = (name: string): string => (name.startsWith(removalFolder) ? '' : name.split('/').slice(2).join('/'));

function spanOf(letters: readonly PlacedLetter[]): ByteRange {
  const ranges = letters.map(({ range }) => range);
  return { start: Math.min(...ranges.map(({ start }) => start)), end: Math.max(...ranges.map(({ end }) => end)) };
}

const toJson = (original: Original): object =>
  original.kind === 'event' ? { kind: 'event', event: toEventJson(original.event) } : original;

function parseLetter(bytes: Buffer): StoredLetter {
  const letter: unknown = JSON.parse(bytes.toString());
  if (typeof letter !== 'object' || letter === null) throw new Error('a dead letter is no object');
  return { ...letter };
}
