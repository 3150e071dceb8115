import type { Spread } from './statistics.ts';

/** `median (least to most)`, each with its unit behind the median. */
export const describeSpread = ({ median, least, most }: Spread, unit = '', digits = 2): string =>
  `${median.toFixed(digits)}${unit} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;

/** Prints one line on a bar; returns whether it is kept. */
export function judge(name: string, isWithin: boolean, shown: string): boolean {
  process.stdout.write(`${isWithin ? 'ok    ' : 'failed'} ${name}: ${shown}\n`);
  return isWithin;
}

/** The same for a figure that must not be above its bar. */
export const judgeAtMost = (name: string, figure: number, bar: number, shown: string): boolean =>
  judge(name, figure <= bar, `${shown}, bar ${bar}`);
