import type { ObjectStore } from './object-store.ts';
import { dayOf, type PackedLetter, packSegment, type Segment } from './segment.ts';
import type { SegmentIndex } from './segment-index.ts';

export interface SegmentWriterProps {
  readonly store: ObjectStore;
  /** What no other segment has, in the order of time. */
  readonly newStamp: () => string;
  /** Told of each segment once it is in the store. */
  readonly onWritten: (index: SegmentIndex) => void;
}

interface Waiting {
  readonly letter: PackedLetter;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Letters and bytes of one object: large enough to be few, small enough to be read at once. */
export const segmentLimits = { letters: 1000, bytes: 4_194_304 } as const;

/**
 * Writes letters that come at the same time into one object: what comes while a write is under way waits for the next one.
 * So a letter alone is written at once, and a flood costs one write for hundreds.
 */
export class SegmentWriter {
  readonly #props: SegmentWriterProps;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(props: SegmentWriterProps) {
    this.#props = props;
  }

  /** Resolves once the letter is in the store; rejects where it may not be. */
  keep(letter: PackedLetter): Promise<void> {
    return new Promise((resolve, reject) => {
      const place = `${letter.entry.namespace}/${dayOf(letter.entry.time)}`;
      const waiting = this.#waiting.get(place);
      const one = { letter, resolve, reject };
      if (waiting !== undefined) {
        waiting.push(one);
        return;
      }
      const list = [one];
      this.#waiting.set(place, list);
      void this.#writeAll(place, list);
    });
  }

  async #writeAll(place: string, waiting: Waiting[]): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, countThatFits(waiting));
      try {
        const segment = packSegment(
          batch.map(({ letter }) => letter),
          this.#props.newStamp(),
        );
        await this.#write(segment);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#waiting.delete(place);
  }

  async #write({ body, index }: Segment): Promise<void> {
    await this.#props.store.put(index.name, body);
    this.#props.onWritten(index);
  }
}

/** At least one, however large it is. */
function countThatFits(waiting: readonly Waiting[]): number {
  let bytes = 0;
  let count = 0;
  for (const { letter } of waiting) {
    bytes += letter.text.length;
    if (count > 0 && (bytes > segmentLimits.bytes || count >= segmentLimits.letters)) break;
    count += 1;
  }
  return count;
}
