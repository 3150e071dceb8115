import { canonicalText } from './value.ts';

/** What became of an entry of a list without keys, by its place in each side. */
export type Move =
  | { readonly kind: 'kept'; readonly base: number; readonly head: number }
  | { readonly kind: 'paired'; readonly base: number; readonly head: number }
  | { readonly kind: 'removed'; readonly base: number }
  | { readonly kind: 'added'; readonly head: number };

/** Lengths of the longest common subsequence of the ends of both lists. */
function commonLengths(base: readonly string[], head: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: base.length + 1 }, () => new Uint32Array(head.length + 1));
  for (let row = base.length - 1; row >= 0; row -= 1) {
    for (let column = head.length - 1; column >= 0; column -= 1) {
      const [here, below] = [lengths[row], lengths[row + 1]];
      if (here === undefined || below === undefined) continue;
      here[column] =
        base[row] === head[column] ? (below[column + 1] ?? 0) + 1 : Math.max(below[column] ?? 0, here[column + 1] ?? 0);
    }
  }
  return lengths;
}

function keptPairs(base: readonly string[], head: readonly string[]): readonly (readonly [number, number])[] {
  const lengths = commonLengths(base, head);
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  const kept: (readonly [number, number])[] = [];
  let [row, column] = [0, 0];
  while (row < base.length && column < head.length) {
    if (base[row] === head[column]) {
      kept.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      row += 1;
    } else {
      column += 1;
    }
  }
  return kept;
}

const range = (from: number, length: number): readonly number[] => Array.from({ length }, (_, index) => from + index);

/** Entries between two kept ones: the first of one side became the first of the other, and so on. */
function gap(base: readonly [number, number], head: readonly [number, number]): readonly Move[] {
  const counts = { base: base[1] - base[0], head: head[1] - head[0] };
  const common = Math.min(counts.base, counts.head);
  return [
    ...range(0, common).map((index): Move => ({ kind: 'paired', base: base[0] + index, head: head[0] + index })),
    ...range(base[0] + common, counts.base - common).map((place): Move => ({ kind: 'removed', base: place })),
    ...range(head[0] + common, counts.head - common).map((place): Move => ({ kind: 'added', head: place })),
  ];
}

function commonPrefix(base: readonly string[], head: readonly string[]): number {
  const different = base.findIndex((text, index) => text !== head[index]);
  return different === -1 ? Math.min(base.length, head.length) : different;
}

/** Aligns two lists by their equal entries; entries of a gap are paired in order. */
export function alignLists(base: readonly unknown[], head: readonly unknown[]): readonly Move[] {
  const texts = { base: base.map(canonicalText), head: head.map(canonicalText) };
  const prefix = commonPrefix(texts.base, texts.head);
  const inner = { base: texts.base.slice(prefix), head: texts.head.slice(prefix) };
  const suffix = commonPrefix(inner.base.toReversed(), inner.head.toReversed());
  const middle = keptPairs(
    inner.base.slice(0, inner.base.length - suffix),
    inner.head.slice(0, inner.head.length - suffix),
  );
  const kept: readonly (readonly [number, number])[] = [
    ...Array.from({ length: prefix }, (_, index) => [index, index] as const),
    ...middle.map(([row, column]) => [row + prefix, column + prefix] as const),
    ...Array.from(
      { length: suffix },
      (_, index) => [base.length - suffix + index, head.length - suffix + index] as const,
    ),
  ];
  const ends = [...kept, [base.length, head.length] as const];
  return ends.flatMap(([row, column], index): readonly Move[] => {
    const [lastRow, lastColumn] = kept[index - 1] ?? [-1, -1];
    const between = gap([lastRow + 1, row], [lastColumn + 1, column]);
    return index < kept.length ? [...between, { kind: 'kept', base: row, head: column }] : between;
  });
}
