import { z } from 'zod';
import { type Amount, amountOf, type BudgetPolicy, nothing, spentUnit, sum, type Unit, type Usage } from './policy.ts';

const count = z.int().min(0);
const amount = { tokens: count, micros: count };
const hash = z.string().regex(/^[0-9a-f]{32}$/);

const ledgerSchema = z.strictObject({
  /** Of calls that have ended. */
  spent: z.strictObject(amount),
  /** The same by run, those that were used last. */
  runs: z.record(hash, z.strictObject({ ...amount, at: count })),
  /** Calls that may be under way: they count as what they reserve. */
  open: z.record(z.uuid(), z.strictObject({ ...amount, run: hash, until: count })),
  /** When the next call may begin of those that are slowed. */
  nextAt: count,
});

/** What an agent has used in one day. */
export type Ledger = z.output<typeof ledgerSchema>;

export const emptyLedger: Ledger = { spent: nothing, runs: {}, open: {}, nextAt: 0 };

/** @throws Error for what is no ledger */
export function parseLedger(body: Buffer): Ledger {
  const { data } = ledgerSchema.safeParse(JSON.parse(body.toString()));
  if (data === undefined) throw new Error('the ledger of a budget cannot be read');
  return data;
}

/** A call that is about to begin. */
export interface Call {
  readonly id: string;
  readonly run: string;
  /** What it takes at most, as far as anybody can say. */
  readonly usage: Usage;
  /** After which nobody settles it any more. */
  readonly leaseMs: number;
}

export type Decision =
  | { readonly kind: 'granted'; readonly delayMs: number }
  /** @param retryMs undefined where waiting does not help */
  | {
      readonly kind: 'refused';
      readonly scope: 'day' | 'run' | 'calls';
      readonly unit: Unit;
      readonly retryMs: number | undefined;
    };

const [mostOpen, mostRuns] = [1000, 500] as const;
/** Between two calls that are slowed, and how long one of them waits at most. */
const slowedMs = 10_000;
const longestDelayMs = 60_000;
const soonMs = 10_000;

/** All that is used, calls under way included. */
export const usedOf = ({ open, spent }: Ledger): Amount => sum([spent, ...Object.values(open)]);

function usedByRun({ open, runs }: Ledger, run: string): Amount {
  return sum([runs[run] ?? nothing, ...Object.values(open).filter((one) => one.run === run)]);
}

/** A call begins while anything is left: what is used passes a limit by the last calls that began. */
export function reserve(
  before: Ledger,
  call: Call,
  { now, policy }: { readonly now: number; readonly policy: BudgetPolicy },
): { readonly ledger: Ledger; readonly decision: Decision } {
  const ledger = withoutExpired(before, now);
  // asked again by a meter that did not hear the answer
  if (ledger.open[call.id] !== undefined) return { ledger, decision: { kind: 'granted', delayMs: 0 } };
  const decision = decide(ledger, call, { now, policy });
  if (decision.kind === 'refused') return { ledger, decision };
  const { id, leaseMs, run, usage } = call;
  const until = now + decision.delayMs + leaseMs;
  const open = { ...ledger.open, [id]: { ...amountOf(usage, policy), run, until } };
  const slowed = spentScope(ledger, run, policy) !== undefined && policy.action === 'throttle';
  const nextAt = slowed ? now + decision.delayMs + slowedMs : ledger.nextAt;
  return { ledger: { ...ledger, open, nextAt }, decision };
}

function spentScope(
  ledger: Ledger,
  run: string,
  policy: BudgetPolicy,
): { scope: 'day' | 'run'; unit: Unit } | undefined {
  const ofRun = spentUnit(usedByRun(ledger, run), policy.run);
  if (ofRun !== undefined) return { scope: 'run', unit: ofRun };
  const ofDay = spentUnit(usedOf(ledger), policy.day);
  return ofDay && { scope: 'day', unit: ofDay };
}

function decide(
  ledger: Ledger,
  { run }: Call,
  { now, policy }: { readonly now: number; readonly policy: BudgetPolicy },
): Decision {
  if (Object.keys(ledger.open).length >= mostOpen) {
    return { kind: 'refused', scope: 'calls', unit: 'tokens', retryMs: soonMs };
  }
  const spent = spentScope(ledger, run, policy);
  if (spent === undefined || policy.action === 'warn') return { kind: 'granted', delayMs: 0 };
  if (policy.action === 'pause')
    return { kind: 'refused', ...spent, retryMs: retryMs(ledger, spent.scope, { now, policy }) };
  const delayMs = Math.max(0, ledger.nextAt - now);
  return delayMs > longestDelayMs ? { kind: 'refused', ...spent, retryMs: delayMs } : { kind: 'granted', delayMs };
}

/** Soon where calls under way may give something back, else with the next day; a run has no next day. */
function retryMs(
  { spent }: Ledger,
  scope: 'day' | 'run',
  { now, policy }: { readonly now: number; readonly policy: BudgetPolicy },
): number | undefined {
  if (scope === 'run') return undefined;
  return spentUnit(spent, policy.day) === undefined ? soonMs : nextDay(now) - now;
}

const dayMs = 86_400_000;
const nextDay = (now: number): number => (Math.floor(now / dayMs) + 1) * dayMs;

/**
 * Ends a call with what it used; undefined where nobody knows, so that what it reserved counts.
 * @returns undefined for one that is not open (any more)
 */
export function settle(
  before: Ledger,
  { id, usage }: { readonly id: string; readonly usage: Usage | undefined },
  { now, policy }: { readonly now: number; readonly policy: BudgetPolicy | undefined },
): Ledger | undefined {
  const ledger = withoutExpired(before, now);
  const call = ledger.open[id];
  if (call === undefined) return undefined;
  const free = policy ?? { prices: { input: 0, output: 0 } };
  const used = usage === undefined ? call : amountOf(usage, free);
  return ended(ledger, [[id, { ...used, run: call.run }]], now);
}

/** What was reserved and never settled counts as used. */
function withoutExpired(ledger: Ledger, now: number): Ledger {
  const expired = Object.entries(ledger.open).filter(([, { until }]) => until <= now);
  return expired.length === 0 ? ledger : ended(ledger, expired, now);
}

type Ended = readonly [id: string, used: Amount & { readonly run: string }];

function ended(ledger: Ledger, calls: readonly Ended[], at: number): Ledger {
  const gone = new Set(calls.map(([id]) => id));
  const runs = { ...ledger.runs };
  for (const [, used] of calls) runs[used.run] = { ...sum([runs[used.run] ?? nothing, used]), at };
  return {
    ...ledger,
    spent: sum([ledger.spent, ...calls.map(([, used]) => used)]),
    runs: Object.fromEntries(
      Object.entries(runs)
        .toSorted(([, one], [, other]) => other.at - one.at)
        .slice(0, mostRuns),
    ),
    open: Object.fromEntries(Object.entries(ledger.open).filter(([id]) => !gone.has(id))),
  };
}
