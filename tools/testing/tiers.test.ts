import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { planTiers, tiers, type Tier } from './tiers.ts';

const configSchema = z.object({ default: z.object({ projects: z.array(z.object({ displayName: z.string() })) }) });

const tier = (name: string, ...missing: readonly string[]): Tier => ({
  name,
  missingParts: () => missing,
});

describe('the plan', () => {
  const known = [tier('unit'), tier('cluster', 'control-plane')];

  test('runs what it can and names what is missing for the rest', () => {
    const plan = planTiers(known, undefined);
    expect(plan.run).toEqual([known[0]]);
    expect(plan.skipped).toEqual([{ tier: known[1], missingParts: ['control-plane'] }]);
  });

  test('holds only the tier that was asked for', () => {
    expect(planTiers(known, 'unit')).toEqual({ run: [known[0]], skipped: [] });
  });

  test('fails with the known tiers on an unknown one', () => {
    expect(() => planTiers(known, 'units')).toThrow('tier: got units, allowed unit, cluster');
  });
});

test('every project of jest.config.js is a tier', async () => {
  const path = '../../jest.config.js';
  const { projects } = configSchema.parse(await import(path)).default;
  expect(projects.map(({ displayName }) => displayName)).toEqual(tiers.map(({ name }) => name));
});
