import { expect, test } from '@jest/globals';
import { OriginPools } from './origin-pools.ts';

test('the pool of an origin that is asked now and then stays, and the number of pools has a bound', () => {
  const pools = new OriginPools(1000);
  const kept = pools.of('http://kept.test');
  const first = pools.of('http://first.test');
  for (let index = 0; index < 250; index += 1) {
    pools.of(`http://other-${index}.test`);
    pools.of('http://kept.test');
  }
  expect(pools.size).toBe(200);
  expect(pools.of('http://kept.test')).toBe(kept);
  expect(first.closed).toBe(true);
  expect(kept.closed).toBe(false);
});
