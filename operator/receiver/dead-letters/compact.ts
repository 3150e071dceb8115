import type { Catalogue } from './catalogue.ts';
import { groupBy } from './group-by.ts';
import type { LetterStore } from './letter-store.ts';
import type { ObjectStore } from './object-store.ts';
import { removedAt } from './removal.ts';
import { packSegment, parseSegmentName, type PackedLetter } from './segment.ts';
import type { PlacedLetter } from './segment-index.ts';
import { segmentLimits } from './segment-writer.ts';

export interface CompactionProps {
  readonly letters: LetterStore;
  readonly store: ObjectStore;
  readonly today: () => Date;
}

/** Segments of one namespace and day that are worth a merge. */
const worthMerging = 16;
/** After this nobody writes a segment whose letters this removal has not met. */
const removalMs = 3_600_000;

/**
 * Merges small segments and leaves out what was removed. The new segment is written before the old ones go: whoever is
 * killed in between leaves letters that are there twice, and count once.
 */
export async function compact(props: CompactionProps): Promise<void> {
  const { letters, store } = props;
  await letters.refresh();
  for (const group of groupsOf(letters.catalogue)) await merge(props, group);
  for (const name of idleRemovals(letters.catalogue, props.today().getTime())) {
    await store.remove(name);
    letters.catalogue.drop(name);
  }
}

/** Small or half-empty segments by namespace and day, where there are enough of them. */
function groupsOf(catalogue: Catalogue): readonly (readonly string[])[] {
  const alive = aliveIn(catalogue);
  const groups = new Map<string, string[]>();
  const groupOf = (place: string): string[] => {
    const group = groups.get(place) ?? [];
    groups.set(place, group);
    return group;
  };
  const single: (readonly string[])[] = [];
  for (const name of catalogue.segments().toSorted()) {
    const { count, day, namespace } = parseSegmentName(name) ?? { count: 0, day: '', namespace: '' };
    const left = alive.get(name) ?? 0;
    if (left * 2 <= count && left < count) single.push([name]);
    else if (count < segmentLimits.letters / 2) groupOf(`${namespace}/${day}`).push(name);
  }
  return [...single, ...[...groups.values()].filter(({ length }) => length >= worthMerging)];
}

/** Letters of each segment that count. */
function aliveIn(catalogue: Catalogue): ReadonlyMap<string, number> {
  const alive = new Map<string, number>();
  for (const namespace of catalogue.namespaces()) {
    for (const { segment } of catalogue.letters(namespace)) alive.set(segment, (alive.get(segment) ?? 0) + 1);
  }
  return alive;
}

async function merge({ letters, store }: CompactionProps, names: readonly string[]): Promise<void> {
  const { catalogue } = letters;
  let packed: PackedLetter[] = [];
  let bytes = 0;
  let emptied: string[] = [];
  const flush = async (): Promise<void> => {
    if (packed.length > 0) {
      const segment = packSegment(packed, letters.newStamp());
      await store.put(segment.index.name, segment.body);
      catalogue.addSegment(segment.index);
    }
    for (const name of emptied) {
      await store.remove(name);
      catalogue.drop(name);
    }
    [packed, bytes, emptied] = [[], 0, []];
  };
  const alive = aliveOf(catalogue, names);
  for (const name of names) {
    const found = await readLetters(store, name, alive.get(name) ?? []);
    packed.push(...found);
    bytes += found.reduce((sum, { text }) => sum + text.length, 0);
    emptied.push(name);
    if (packed.length >= segmentLimits.letters || bytes >= segmentLimits.bytes) await flush();
  }
  await flush();
}

/** Letters that count, by their segment; all of one namespace. */
function aliveOf(catalogue: Catalogue, names: readonly string[]): ReadonlyMap<string, readonly PlacedLetter[]> {
  const wanted = new Set(names);
  const { namespace = '' } = parseSegmentName(names[0] ?? '') ?? {};
  const found: PlacedLetter[] = [];
  for (const letter of catalogue.letters(namespace)) if (wanted.has(letter.segment)) found.push(letter);
  return groupBy(found, ({ segment }) => segment);
}

async function readLetters(
  store: ObjectStore,
  name: string,
  letters: readonly PlacedLetter[],
): Promise<readonly PackedLetter[]> {
  if (letters.length === 0) return [];
  const body = await store.get(name);
  if (body === undefined) return [];
  return letters.map(({ entry, range }) => ({ entry, text: body.subarray(range.start, range.end).toString() }));
}

/** Removals of which no segment holds a letter any more. */
function idleRemovals(catalogue: Catalogue, now: number): readonly string[] {
  const there = new Set(
    catalogue.segments().flatMap((name) => {
      const { namespace = '' } = parseSegmentName(name) ?? {};
      return catalogue.keysIn(name).map((key) => `${namespace}/${key}`);
    }),
  );
  return catalogue.removals().filter((name) => {
    const [, namespace = ''] = name.split('/');
    const isIdle = [...catalogue.keysOf(name)].every((key) => !there.has(`${namespace}/${key}`));
    return isIdle && now - removedAt(name) > removalMs;
  });
}
