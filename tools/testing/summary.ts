import { type Count, describeCount, sumCounts } from './count.ts';
import type { TierResult } from './run-tier.ts';
import type { SkippedTier } from './tiers.ts';

export interface Outcome {
  readonly results: readonly TierResult[];
  readonly skipped: readonly SkippedTier[];
  /** Whether a tier that cannot run is a failure. */
  readonly skipFails: boolean;
}

/** What failed, one line for each tier, then the sum alone on the last line. */
export function summarize({ results, skipped, skipFails }: Outcome): { readonly text: string; readonly total: Count } {
  const skips = { passed: 0, failed: skipFails ? skipped.length : 0 };
  const total = sumCounts([...results.map(({ count }) => count), skips]);
  const ran = results.map(
    ({ tier, count, seconds }) => `${tier.name}: ${describeCount(count)}, ${seconds.toFixed(1)} s`,
  );
  const left = skipped.map(({ tier, missingParts }) => {
    const word = skipFails ? 'failed, because it cannot run' : 'skipped';
    return `${tier.name}: ${word}: ${missingParts.join(' and ')} missing; run make real-parts`;
  });
  const failures = results.flatMap(({ tier, failures: ofTier }) => ofTier.map((failure) => `${tier.name}: ${failure}`));
  const lines = [...failures, ...ran, ...left, describeCount(total)];
  return { text: lines.map((line) => `${line}\n`).join(''), total };
}
