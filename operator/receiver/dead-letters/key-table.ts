/** What a table looks its numbers up by. */
export interface KeyTableProps {
  readonly keyOf: (number: number) => string;
  /** Of the key of a number. */
  readonly hashOf: (number: number) => number;
}

const [free, deleted, firstNumber] = [0, 1, 2] as const;
const smallest = 64;

/** Numbers by the key of what they stand for, without holding the keys: eight to sixteen bytes each. Open addressing. */
export class KeyTable {
  readonly #props: KeyTableProps;
  #cells = new Uint32Array(smallest);
  /** Cells that are not free, deleted ones among them. */
  #taken = 0;

  constructor(props: KeyTableProps) {
    this.#props = props;
  }

  get(key: string, hash: number): number | undefined {
    const cell = this.#cellOf(key, hash);
    return cell === undefined ? undefined : this.#numberIn(cell);
  }

  /** In the place of another one of the same key. */
  set(key: string, hash: number, number: number): void {
    const cell = this.#cellOf(key, hash);
    if (cell !== undefined) {
      this.#cells[cell] = number + firstNumber;
      return;
    }
    this.#taken += 1;
    if (this.#taken * 2 > this.#cells.length) this.#grow();
    this.#put(hash, number);
  }

  delete(key: string, hash: number): void {
    const cell = this.#cellOf(key, hash);
    if (cell !== undefined) this.#cells[cell] = deleted;
  }

  #cellOf(key: string, hash: number): number | undefined {
    const mask = this.#cells.length - 1;
    for (let cell = hash & mask; this.#cells[cell] !== free; cell = (cell + 1) & mask) {
      if (this.#cells[cell] !== deleted && this.#isOf(this.#numberIn(cell), key, hash)) return cell;
    }
    return undefined;
  }

  #isOf(number: number, key: string, hash: number): boolean {
    return this.#props.hashOf(number) === hash && this.#props.keyOf(number) === key;
  }

  #numberIn(cell: number): number {
    return (this.#cells[cell] ?? 0) - firstNumber;
  }

  #put(hash: number, number: number): void {
    const mask = this.#cells.length - 1;
    let cell = hash & mask;
    while (this.#cells[cell] !== free) cell = (cell + 1) & mask;
    this.#cells[cell] = number + firstNumber;
  }

  #grow(): void {
    const numbers = this.#cells.filter((cell) => cell >= firstNumber).map((cell) => cell - firstNumber);
    let length = smallest;
    while (length < (numbers.length + 1) * 3) length *= 2;
    this.#cells = new Uint32Array(length);
    this.#taken = numbers.length + 1;
    for (const number of numbers) this.#put(this.#props.hashOf(number), number);
  }
}
