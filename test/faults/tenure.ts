/** A request as the API server recorded it; times in microseconds of the server's clock. */
export interface RecordedRequest {
  /** Identity of the process that sent it. */
  readonly sender: string;
  readonly receivedAt: number;
  readonly doneAt: number;
}

/** A write under the lease. */
export interface RecordedWrite extends RecordedRequest {
  /** What was written, for messages. */
  readonly what: string;
}

/** A Lease that was stored; empty when nobody holds it any more. */
export interface RecordedLease extends RecordedRequest {
  readonly holder: string;
}

/** A time in which one process led for certain. */
interface Tenure {
  readonly holder: string;
  readonly from: number;
  readonly until: number;
}

/** From the end of the request that took the lease to the begin of the one that took it away. */
function tenuresOf(leases: readonly RecordedLease[]): readonly Tenure[] {
  const sorted = leases.toSorted((one, other) => one.doneAt - other.doneAt);
  const taken = sorted.filter(({ holder }, index) => holder !== sorted[index - 1]?.holder);
  return taken.map(({ holder, doneAt }, index) => ({
    holder,
    from: doneAt,
    until: taken[index + 1]?.receivedAt ?? Infinity,
  }));
}

/** One line for each write whose sender did not lead from its first moment to its last. */
export function writesOutsideTenure(
  writes: readonly RecordedWrite[],
  leases: readonly RecordedLease[],
): readonly string[] {
  const tenures = tenuresOf(leases);
  const isWithin = ({ sender, receivedAt, doneAt }: RecordedWrite): boolean =>
    tenures.some(({ holder, from, until }) => holder === sender && from <= receivedAt && doneAt <= until);
  return writes
    .filter((write) => !isWithin(write))
    .map(({ sender, what, receivedAt, doneAt }) => {
      const led = tenures.filter(({ from, until }) => from <= doneAt && receivedAt <= until);
      const leaders = led.map(({ holder }) => holder || 'nobody').join(', then ') || 'nobody';
      return `${sender} sent ${what} at ${receivedAt}, done at ${doneAt}, while ${leaders} led`;
    });
}
