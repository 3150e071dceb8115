import type { LetterStore } from './letter-store.ts';
import type { ObjectStore } from './object-store.ts';
import { parseSegmentName } from './segment.ts';

export interface RetentionProps {
  readonly letters: LetterStore;
  readonly store: ObjectStore;
  readonly today: () => Date;
  /** Undefined keeps letters until somebody purges them. */
  readonly retentionDays: number | undefined;
  /** Told of the letters of each segment that went, as it counts them. */
  readonly onExpired: (count: number) => void;
}

const dayMs = 86_400_000;

/** Removes segments of days that ended so long ago, also those that no index holds; a replay brings nothing back. */
export async function purgeExpired({ letters, onExpired, retentionDays, store, today }: RetentionProps): Promise<void> {
  if (retentionDays === undefined) return;
  const { catalogue } = letters;
  const lastEnd = today().getTime() - retentionDays * dayMs;
  for (const name of [...catalogue.segments(), ...catalogue.leftOut()]) {
    const { count, day } = parseSegmentName(name) ?? { count: 0, day: '' };
    if (!(Date.parse(day) + dayMs <= lastEnd)) continue;
    await store.remove(name);
    catalogue.drop(name);
    onExpired(count);
  }
}
