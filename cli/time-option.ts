import { UsageError } from './usage-error.ts';

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const isUnit = (text: string): text is keyof typeof unitsMs => Object.hasOwn(unitsMs, text);

/**
 * A time, or how long ago, as RFC 3339.
 * @throws UsageError for what is neither
 */
export function parseTime(option: string, text: string | undefined, now: Date): string | undefined {
  if (text === undefined) return undefined;
  const { count = '', unit = '' } = /^(?<count>\d{1,6})(?<unit>[mhd])$/.exec(text)?.groups ?? {};
  if (isUnit(unit)) return new Date(now.getTime() - Number(count) * unitsMs[unit]).toISOString();
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new UsageError(`${option}: got ${text}, allowed a time such as 2026-01-31T12:00:00Z, or 90m, 2h, 7d`);
}
