import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { type Capability, narrowTier } from '../operator/agent/tier.ts';
import { agentTierNames, agentTierRole } from '../operator/api/index.ts';
import { readManifests } from './cluster/committed-manifests.ts';

const rule = z.looseObject({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
});
const role = z.looseObject({ rules: z.array(rule) });
const roles = readManifests('shared').filter(({ kind }) => kind === 'ClusterRole');

/** One line for each thing that the committed role of a tier allows. */
function rightsOf(tier: (typeof agentTierNames)[number]): ReadonlySet<string> {
  const found = roles.find(({ metadata }) => metadata.name === agentTierRole(tier));
  const rights = role
    .parse(found)
    .rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((one) => verbs.map((verb) => `${verb} ${one}.${group}`))),
    );
  return new Set(rights);
}

const creation = {
  broker: 'create brokers.eventing.knative.dev',
  trigger: 'create triggers.eventing.knative.dev',
  function: 'create lambdafunctions.lambda.knative.io',
} as const satisfies Record<Capability, string>;
const capabilities: readonly Capability[] = ['broker', 'trigger', 'function'];

describe('a tier of which something is switched off', () => {
  test('leads to one that allows none of it, and nothing that the tier does not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...agentTierNames), fc.subarray([...capabilities]), (tier, off) => {
        const left = rightsOf(narrowTier(tier, new Set(off)));
        const asked = rightsOf(tier);
        expect([...left].filter((right) => !asked.has(right))).toEqual([]);
        expect(off.filter((one) => left.has(creation[one]))).toEqual([]);
      }),
    );
  });

  test('stays where it does not allow that anyway', () => {
    expect(narrowTier('viewer', new Set(capabilities))).toBe('viewer');
    expect(narrowTier('developer', new Set(['broker']))).toBe('developer');
    expect(narrowTier('admin', new Set(['broker']))).toBe('developer');
    expect(narrowTier('security-tester', new Set(['trigger']))).toBe('restricted');
  });
});
