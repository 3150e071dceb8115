/** Numbers that a seed decides (mulberry32): the same seed, the same numbers, on every machine. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not including, 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number of the range, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  shuffle<T>(values: readonly T[]): readonly T[] {
    return values
      .map((value) => ({ value, place: this.fraction() }))
      .toSorted((one, other) => one.place - other.place)
      .map(({ value }) => value);
  }
}

/** `FAULT_SEED` replays a run; else a new seed. */
export function readSeed(variables: Readonly<Record<string, string | undefined>>): number {
  const given = variables['FAULT_SEED'] ?? '';
  if (given === '') return Math.floor(Math.random() * 2 ** 31);
  if (!/^\d{1,10}$/.test(given)) throw new Error(`FAULT_SEED: got ${given}, allowed a whole number from 0`);
  return Number(given);
}
