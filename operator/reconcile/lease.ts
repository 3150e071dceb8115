/** The spec of a Lease of coordination.k8s.io/v1. */
export interface LeaseSpec {
  /** Empty or absent when the last holder released it. */
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  readonly leaseTransitions?: number;
}

export interface StoredLease {
  readonly spec: LeaseSpec;
  readonly resourceVersion: string;
}

/** client-go's names; a candidate whose clock runs faster than another's by less than leaseMs / renewDeadlineMs is safe. */
export interface LeaseTiming {
  /** Time without a renewal after which another candidate may take the lease. */
  readonly leaseMs: number;
  /** Time without a renewal after which the leader stops acting. */
  readonly renewDeadlineMs: number;
  /** Time between tries. */
  readonly retryMs: number;
}

export const defaultLeaseTiming: LeaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/**
 * What a candidate knows. Times are of its own monotonic clock: those in the lease are for people, as clocks of two
 * machines need not agree.
 */
export interface LeaseView {
  readonly stored: StoredLease | undefined;
  /** From when this candidate may write the lease. */
  readonly freeAt: number;
  /** Until when it may act as the leader. */
  readonly actsUntil: number;
}

export const unseen: LeaseView = { stored: undefined, freeAt: -Infinity, actsUntil: -Infinity };

export const isLeading = ({ actsUntil }: LeaseView, now: number): boolean => now < actsUntil;

export const mayWrite = ({ freeAt }: LeaseView, now: number): boolean => now >= freeAt;

/** Who a candidate is: unique to its process. */
export interface Candidate {
  readonly identity: string;
  readonly timing: LeaseTiming;
}

/** After a read whose answer came at `now`, which is later than what it tells of. */
export function seen(
  view: LeaseView,
  stored: StoredLease | undefined,
  { identity, timing }: Candidate,
  now: number,
): LeaseView {
  // Somebody deleted the lease; its holder may not have noticed.
  if (stored === undefined) return { ...view, stored };
  const holder = stored.spec.holderIdentity ?? '';
  if (holder === identity) return { ...view, stored, freeAt: now };
  const isUnchanged = stored.resourceVersion === view.stored?.resourceVersion;
  const durationMs = Math.max(timing.leaseMs, (stored.spec.leaseDurationSeconds ?? 0) * 1000);
  const freeAt = isUnchanged ? view.freeAt : now + (holder === '' ? 0 : durationMs);
  return { stored, freeAt, actsUntil: -Infinity };
}

/** After a successful write that was sent at `sentAt`, which is earlier than when it took effect. */
export function written(stored: StoredLease, { timing }: Candidate, sentAt: number): LeaseView {
  return { stored, freeAt: sentAt, actsUntil: sentAt + timing.renewDeadlineMs };
}

/** The lease in the hands of the candidate; `time` is for people. */
export function heldSpec({ stored }: LeaseView, { identity, timing }: Candidate, time: string): LeaseSpec {
  const before = stored?.spec ?? {};
  const isRenewal = before.holderIdentity === identity;
  const transitions = before.leaseTransitions ?? 0;
  return {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(timing.leaseMs / 1000),
    acquireTime: isRenewal ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: isRenewal || stored === undefined ? transitions : transitions + 1,
  };
}

/** The lease in nobody's hands, so that the next candidate need not wait. */
export function releasedSpec({ stored }: LeaseView, time: string): LeaseSpec {
  return { ...stored?.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: time };
}
