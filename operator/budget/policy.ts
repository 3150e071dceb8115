import type { LambdaAgentSpec } from '../api/index.ts';

/** What was used, or may be: tokens, and millionths of the currency. */
export interface Amount {
  readonly tokens: number;
  readonly micros: number;
}

/** What of an amount is limited. */
export interface Limit {
  readonly tokens: number | undefined;
  readonly micros: number | undefined;
}

/** Tokens of one call. */
export interface Usage {
  readonly input: number;
  readonly output: number;
}

export interface BudgetPolicy {
  readonly action: 'warn' | 'throttle' | 'pause';
  readonly warnPercent: number;
  readonly day: Limit;
  readonly run: Limit;
  /** Of a million tokens, in millionths of the currency; zero without prices. */
  readonly prices: Usage;
  readonly currency: string | undefined;
}

/** The budget of an agent; undefined where it has none. */
export function budgetPolicy({ budget }: Pick<LambdaAgentSpec, 'budget'>): BudgetPolicy | undefined {
  if (budget === undefined) return undefined;
  const { action, perDay, perRun, prices, warnPercent } = budget;
  return {
    action,
    warnPercent,
    day: toLimit(perDay),
    run: toLimit(perRun),
    prices: { input: toMicros(prices?.input ?? '0'), output: toMicros(prices?.output ?? '0') },
    currency: prices?.currency,
  };
}

type SpecLimit = NonNullable<LambdaAgentSpec['budget']>['perDay'];

const toLimit = (limit: SpecLimit): Limit => ({
  tokens: limit?.tokens,
  micros: limit?.money === undefined ? undefined : toMicros(limit.money),
});

/** Of a decimal with six places at most. */
export function toMicros(decimal: string): number {
  const [whole = '0', part = ''] = decimal.split('.');
  return Number(whole) * 1_000_000 + Number(part.padEnd(6, '0'));
}

/** With two places, or as many as it has. */
export function toDecimal(micros: number): string {
  const part = String(micros % 1_000_000).padStart(6, '0');
  return `${Math.floor(micros / 1_000_000)}.${part.slice(0, 2)}${part.slice(2).replace(/0+$/, '')}`;
}

/** What a call costs, rounded up to a millionth of the currency. */
export function amountOf({ input, output }: Usage, { prices }: Pick<BudgetPolicy, 'prices'>): Amount {
  const micros = Math.ceil((input * prices.input + output * prices.output) / 1_000_000);
  return { tokens: input + output, micros };
}

export const nothing: Amount = { tokens: 0, micros: 0 };

export const sum = (amounts: readonly Amount[]): Amount => ({
  tokens: amounts.reduce((total, { tokens }) => total + tokens, 0),
  micros: amounts.reduce((total, { micros }) => total + micros, 0),
});

export const units = ['tokens', 'micros'] as const;
export type Unit = (typeof units)[number];

/** Used share of the unit that is used most; undefined where nothing is limited. A limit of nothing is used up. */
export function usedShare(used: Amount, limit: Limit): number | undefined {
  const shares = units.flatMap((unit) => shareOf(used[unit], limit[unit]) ?? []);
  return shares.length === 0 ? undefined : Math.max(...shares);
}

export function shareOf(used: number, limit: number | undefined): number | undefined {
  if (limit === undefined) return undefined;
  return limit === 0 ? 1 : used / limit;
}

/** The unit whose limit is reached. */
export const spentUnit = (used: Amount, limit: Limit): Unit | undefined =>
  units.find((unit) => (shareOf(used[unit], limit[unit]) ?? 0) >= 1);
