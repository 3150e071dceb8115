import { describe, expect, test } from '@jest/globals';
import { summarize } from './summary.ts';
import type { Tier } from './tiers.ts';

const tier = (name: string): Tier => ({ name, missingParts: () => [] });

const results = [
  { tier: tier('unit'), count: { passed: 3, failed: 0 }, failures: [], seconds: 1.26 },
  { tier: tier('golden'), count: { passed: 2, failed: 1 }, failures: ['failed: a.test.ts › is so'], seconds: 12 },
];
const skipped = [{ tier: tier('cluster'), missingParts: ['control-plane', 'foreign-crds'] }];

describe('the summary', () => {
  test('has what failed, a line for each tier and the sum alone on the last one', () => {
    expect(summarize({ results, skipped, skipFails: false })).toEqual({
      text: [
        'golden: failed: a.test.ts › is so',
        'unit: 3 passed, 0 failed, 1.3 s',
        'golden: 2 passed, 1 failed, 12.0 s',
        'cluster: skipped: control-plane and foreign-crds missing; run make real-parts',
        '5 passed, 1 failed\n',
      ].join('\n'),
      total: { passed: 5, failed: 1 },
    });
  });

  test('counts a skipped tier as a failure where none may be skipped', () => {
    const { text, total } = summarize({ results, skipped, skipFails: true });
    expect(total).toEqual({ passed: 5, failed: 2 });
    expect(text).toContain('cluster: failed, because it cannot run: control-plane and foreign-crds missing');
  });
});
