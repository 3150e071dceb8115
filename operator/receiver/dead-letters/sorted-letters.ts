import { KeyTable } from './key-table.ts';
import { hashOf, type LetterTraits, type PlacedLetter, type SegmentIndex } from './segment-index.ts';

/** Letters in order, each made when it is asked for. */
export interface LetterList extends Iterable<PlacedLetter> {
  readonly length: number;
  at(index: number): PlacedLetter | undefined;
  /** What a filter asks of a letter, without making it. */
  traitsAt(index: number): LetterTraits | undefined;
}

/** More than any segment has; a number stands for a segment and a row of it. */
const rowsEach = 4096;
const none = new Uint32Array(0);

/**
 * Letters of a namespace in order, each once, as numbers. What comes is merged when somebody looks: it is much less than
 * what is there, and mostly later.
 */
export class SortedLetters {
  readonly #segments: SegmentIndex[] = [];
  readonly #byKey = new KeyTable({
    keyOf: (number) => this.#segmentOf(number).keyAt(number % rowsEach),
    hashOf: (number) => this.#segmentOf(number).hashAt(number % rowsEach),
  });
  readonly #removed = new Set<string>();
  #order: Uint32Array = none;
  #added: number[] = [];
  /** Letters that are not letters any more, although they are in order or added. */
  readonly #gone = new Set<number>();

  /**
   * Every replica takes the same copy for the letter, and the others for waste: that of the last segment.
   * @throws RangeError for a segment that is larger than any of ours
   */
  add(segment: SegmentIndex): void {
    if (segment.length > rowsEach) throw new RangeError(`${segment.name}: more than ${rowsEach} letters`);
    const first = (this.#segments.push(segment) - 1) * rowsEach;
    for (let row = 0; row < segment.length; row += 1) {
      const [key, hash] = [segment.keyAt(row), segment.hashAt(row)];
      if (this.#removed.has(key)) continue;
      const known = this.#byKey.get(key, hash);
      if (known !== undefined && this.#segmentOf(known).name > segment.name) continue;
      if (known !== undefined) this.#gone.add(known);
      this.#byKey.set(key, hash, first + row);
      this.#added.push(first + row);
    }
  }

  remove(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#removed.add(key);
      const hash = hashOf(key);
      const known = this.#byKey.get(key, hash);
      if (known === undefined) continue;
      this.#gone.add(known);
      this.#byKey.delete(key, hash);
    }
  }

  find(key: string): PlacedLetter | undefined {
    const number = this.#byKey.get(key, hashOf(key));
    return number === undefined ? undefined : this.letterOf(number);
  }

  all(): LetterList {
    const isThere = (number: number): boolean => !this.#gone.has(number);
    if (this.#gone.size > 0) this.#order = this.#order.filter(isThere);
    if (this.#added.length > 0) {
      const added = this.#added.filter(isThere).toSorted((one, other) => this.#compare(one, other));
      this.#order = this.#merge(this.#order, added);
    }
    this.#gone.clear();
    this.#added = [];
    return new Ordered(this.#order, this);
  }

  letterOf(number: number): PlacedLetter {
    return this.#segmentOf(number).at(number % rowsEach);
  }

  traitsOf(number: number): LetterTraits {
    return this.#segmentOf(number).traitsAt(number % rowsEach);
  }

  #segmentOf(number: number): SegmentIndex {
    const segment = this.#segments[Math.floor(number / rowsEach)];
    if (segment === undefined) throw new RangeError(`no letter ${number}`);
    return segment;
  }

  #merge(left: Uint32Array, right: readonly number[]): Uint32Array {
    const merged = new Uint32Array(left.length + right.length);
    let [taken, place] = [0, 0];
    for (const letter of right) {
      const rest = this.#countBefore(left, taken, letter);
      merged.set(left.subarray(taken, taken + rest), place);
      taken += rest;
      place += rest;
      merged[place] = letter;
      place += 1;
    }
    merged.set(left.subarray(taken), place);
    return merged;
  }

  /** How many of the sorted ones, from a place on, come before a letter. Most often all: what comes is the latest. */
  #countBefore(sorted: Uint32Array, from: number, letter: number): number {
    const isBefore = (place: number): boolean => this.#compare(sorted[place] ?? 0, letter) <= 0;
    if (from === sorted.length || isBefore(sorted.length - 1)) return sorted.length - from;
    let [low, high] = [from, sorted.length - 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low - from;
  }

  /** As `orderOf` has it; texts are made only of what died and came at the same time. */
  #compare(one: number, other: number): number {
    const [left, right] = [this.#segmentOf(one), this.#segmentOf(other)];
    const [leftRow, rightRow] = [one % rowsEach, other % rowsEach];
    return (
      left.diedAt(leftRow) - right.diedAt(rightRow) ||
      left.arrivedAt(leftRow) - right.arrivedAt(rightRow) ||
      compareTexts(left.tokenAt(leftRow), right.tokenAt(rightRow)) ||
      compareTexts(left.traitsAt(leftRow).function, right.traitsAt(rightRow).function)
    );
  }
}

class Ordered implements LetterList {
  readonly #order: Uint32Array;
  readonly #letters: Pick<SortedLetters, 'letterOf' | 'traitsOf'>;

  constructor(order: Uint32Array, letters: Pick<SortedLetters, 'letterOf' | 'traitsOf'>) {
    this.#order = order;
    this.#letters = letters;
  }

  get length(): number {
    return this.#order.length;
  }

  at(index: number): PlacedLetter | undefined {
    const number = this.#order[index];
    return number === undefined ? undefined : this.#letters.letterOf(number);
  }

  traitsAt(index: number): LetterTraits | undefined {
    const number = this.#order[index];
    return number === undefined ? undefined : this.#letters.traitsOf(number);
  }

  *[Symbol.iterator](): Iterator<PlacedLetter> {
    for (const number of this.#order) yield this.#letters.letterOf(number);
  }
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
