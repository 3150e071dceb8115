export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws RangeError when there is no sample */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((one, other) => one - other);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (least === undefined || most === undefined || low === undefined || high === undefined) {
    throw new RangeError('samples: got none, needed at least one');
  }
  return { median: (low + high) / 2, least, most };
}

/** Ratios inside each pair: what slows the machine down slows both sides of one. */
export function ratios(pairs: readonly (readonly [number, number])[]): readonly number[] {
  return pairs.map(([one, other]) => one / other);
}

/** Smallest sample that is not below a share of all; NaN when there is none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
