/** A write as the API server recorded it; times in microseconds of the server's clock. */
export interface RecordedWrite {
  readonly writer: string;
  readonly object: string;
  readonly receivedAt: number;
  readonly doneAt: number;
}

/** A Lease as it was stored: from then on the holder leads. */
export interface RecordedHolder {
  readonly holder: string;
  readonly storedAt: number;
}

const isStarted = ({ storedAt }: RecordedHolder, at: number): boolean => storedAt <= at;

/** One line for each write of somebody who did not hold the lease from the first moment of the write to the last. */
export function writesOutsideTenure(
  writes: readonly RecordedWrite[],
  holders: readonly RecordedHolder[],
): readonly string[] {
  const stored = holders.toSorted((one, other) => one.storedAt - other.storedAt);
  const holderAt = (at: number): string => stored.findLast((one) => isStarted(one, at))?.holder ?? '';
  return writes.flatMap(({ writer, object, receivedAt, doneAt }) => {
    const [first, last] = [holderAt(receivedAt), holderAt(doneAt)];
    return first === writer && last === writer
      ? []
      : [
          `${writer} wrote ${object} at ${receivedAt} while ${first || 'nobody'} led, and ${last || 'nobody'} at its end`,
        ];
  });
}

/** One line for each two writers whose writes are not all before, or all after, those of the other. */
export function interleavedWriters(writes: readonly RecordedWrite[]): readonly string[] {
  const sorted = writes.toSorted((one, other) => one.receivedAt - other.receivedAt);
  const turns = sorted.filter(({ writer }, index) => writer !== sorted[index - 1]?.writer);
  return turns
    .filter(({ writer }, index) => turns.findIndex((one) => one.writer === writer) !== index)
    .map(({ writer, object, receivedAt }) => `${writer} wrote ${object} at ${receivedAt}, after another writer`);
}
