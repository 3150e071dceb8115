import { parseSegmentName } from './segment.ts';
import type { PlacedLetter, SegmentIndex } from './segment-index.ts';
import { type LetterList, SortedLetters } from './sorted-letters.ts';

/**
 * The letters of the store in memory: where each lies and what it is found by. A letter that was stored twice is one; one
 * that was removed is none, although it still lies in its segment. Beyond a limit segments are left out until there is room:
 * their letters are kept, and only not found.
 */
export class Catalogue {
  readonly #limitBytes: number;
  readonly #segments = new Map<string, SegmentIndex>();
  readonly #leftOut = new Set<string>();
  readonly #removals = new Map<string, ReadonlySet<string>>();
  readonly #views = new Map<string, SortedLetters>();
  #bytes = 0;

  /** @param limitBytes of memory that the indexes of segments may take, about */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  segments(): readonly string[] {
    return [...this.#segments.keys()];
  }

  removals(): readonly string[] {
    return [...this.#removals.keys()];
  }

  keysIn(segment: string): readonly string[] {
    const index = this.#segments.get(segment);
    return index === undefined ? [] : Array.from({ length: index.length }, (_, row) => index.keyAt(row));
  }

  keysOf(removal: string): ReadonlySet<string> {
    return this.#removals.get(removal) ?? new Set();
  }

  hasRoom(): boolean {
    return this.#bytes < this.#limitBytes;
  }

  /** What a namespace has beyond the limit, as its segments count: also what was removed or stored twice. */
  countLeftOut(namespace: string): number {
    const own = [...this.#leftOut].filter((name) => namespaceOf(name) === namespace);
    return own.reduce((sum, name) => sum + (parseSegmentName(name)?.count ?? 0), 0);
  }

  leftOut(): readonly string[] {
    return [...this.#leftOut];
  }

  leaveOut(segment: string): void {
    this.#leftOut.add(segment);
  }

  addSegment(segment: SegmentIndex): void {
    const { bytes, name } = segment;
    // never changed, so the same
    if (this.#segments.has(name)) return;
    if (!this.hasRoom()) {
      this.leaveOut(name);
      return;
    }
    this.#leftOut.delete(name);
    this.#segments.set(name, segment);
    this.#bytes += bytes;
    this.#views.get(namespaceOf(name))?.add(segment);
  }

  /** @param keys of letters of the namespace that the name holds */
  addRemoval(name: string, keys: ReadonlySet<string>): void {
    this.#removals.set(name, keys);
    this.#views.get(namespaceOf(name))?.remove(keys);
  }

  /** An object that is no longer in the store. */
  drop(name: string): void {
    if (this.#leftOut.delete(name)) return;
    this.#bytes -= this.#segments.get(name)?.bytes ?? 0;
    this.#segments.delete(name);
    this.#removals.delete(name);
    // its letters may lie in another segment too
    this.#views.delete(namespaceOf(name));
  }

  namespaces(): readonly string[] {
    const names = [...this.#segments.keys(), ...this.#leftOut].map(namespaceOf);
    return [...new Set(names)].toSorted();
  }

  /** Letters of a namespace, the oldest first. */
  letters(namespace: string): LetterList {
    return this.#viewOf(namespace).all();
  }

  find(namespace: string, key: string): PlacedLetter | undefined {
    return this.#viewOf(namespace).find(key);
  }

  #viewOf(namespace: string): SortedLetters {
    const known = this.#views.get(namespace);
    if (known !== undefined) return known;
    const view = new SortedLetters();
    for (const [name, keys] of this.#removals) if (namespaceOf(name) === namespace) view.remove(keys);
    for (const [name, segment] of this.#segments) if (namespaceOf(name) === namespace) view.add(segment);
    this.#views.set(namespace, view);
    return view;
  }
}

const namespaceOf = (name: string): string => name.split('/')[1] ?? '';
