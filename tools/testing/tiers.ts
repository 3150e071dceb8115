import { isThere } from '../real-parts/locate.ts';
import { parts } from '../real-parts/parts.ts';
import { UsageError } from './usage.ts';

/** Suites with the same needs: one project of jest.config.js. */
export interface Tier {
  readonly name: string;
  /** Suites that run at once; default as many as the machine has processors. */
  readonly workers?: number;
  /** Parts that the tier needs and that are not there. */
  readonly missingParts: () => readonly string[];
}

function tier(name: string, limit: Pick<Tier, 'workers'> = {}): Tier {
  const needed = parts.filter((part) => part.tiers.some((one) => one === name));
  return { name, ...limit, missingParts: () => needed.filter((part) => !isThere(part)).map((part) => part.name) };
}

/** All tiers in the order of their start: those that tell soon first. */
export const tiers: readonly Tier[] = [
  tier('unit'),
  tier('golden'),
  tier('fetch'),
  // each suite runs processes of its own; a language that is missing is named by its suite
  tier('conformance', { workers: 2 }),
  tier('rules'),
  // each suite has an API server of its own, and waits as long as it computes
  tier('cluster', { workers: 3 }),
  // leases of a second are held to: no other suite may take the processors
  tier('faults', { workers: 1 }),
  tier('engine', { workers: 2 }),
  tier('load', { workers: 1 }),
  tier('broker', { workers: 1 }),
  tier('browser', { workers: 1 }),
  tier('image', { workers: 2 }),
];

export interface SkippedTier {
  readonly tier: Tier;
  readonly missingParts: readonly string[];
}

export interface Plan {
  readonly run: readonly Tier[];
  readonly skipped: readonly SkippedTier[];
}

/**
 * Which tiers run, and which lack a part.
 * @throws UsageError naming the known tiers
 */
export function planTiers(known: readonly Tier[], requested: string | undefined): Plan {
  const chosen = known.filter(({ name }) => requested === undefined || name === requested);
  if (chosen.length === 0) {
    throw new UsageError(`tier: got ${requested}, allowed ${known.map(({ name }) => name).join(', ')}`);
  }
  const checked = chosen.map((one) => ({ tier: one, missingParts: one.missingParts() }));
  return {
    run: checked.filter(({ missingParts }) => missingParts.length === 0).map((one) => one.tier),
    skipped: checked.filter(({ missingParts }) => missingParts.length > 0),
  };
}
