import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Life, LeaseWorld, type Weather } from './lease-world.ts';

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const atOnce = fc.constant(1);
const nothing = fc.constant('nothing' as const);
const forMs = between(5000, 30_000);

/** Requests are given up after 5 s, so the delays just below are the ones that could stretch a term. */
const weather: fc.Arbitrary<Weather> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ forMs, requestMs: atOnce, responseMs: atOnce, lost: nothing }) },
  { weight: 2, arbitrary: fc.record({ forMs, requestMs: atOnce, responseMs: between(3000, 4999), lost: nothing }) },
  { weight: 1, arbitrary: fc.record({ forMs, requestMs: between(0, 30_000), responseMs: atOnce, lost: nothing }) },
  { weight: 2, arbitrary: fc.record({ forMs, requestMs: atOnce, responseMs: atOnce, lost: fc.constant('request') }) },
  { weight: 1, arbitrary: fc.record({ forMs, requestMs: atOnce, responseMs: atOnce, lost: fc.constant('response') }) },
);

const life: fc.Arbitrary<Life> = fc.record({
  rate: fc.constantFrom(0.9, 1, 1.1),
  stopMs: fc.constantFrom(0, 1000, 2000),
  livesMs: between(20_000, 300_000),
  death: fc.constantFrom('kill', 'exit'),
  weathers: fc.array(weather, { minLength: 3, maxLength: 8 }),
});

test.each([2, 3])(
  'of %d candidates never two act at once, and one does when the network is well',
  async (candidates) => {
    let [worlds, terms, losses] = [0, 0, 0];
    const places = fc.array(fc.array(life, { minLength: 1, maxLength: 3 }), {
      minLength: candidates,
      maxLength: candidates,
    });
    await fc.assert(
      fc.asyncProperty(places, async (lives) => {
        const world = new LeaseWorld(lives);
        await world.pass(300_000);
        world.heal();
        await world.pass(60_000);
        expect(world.acting.size).toBe(1);
        worlds += 1;
        terms += world.leaders.length;
        losses += world.losses;
      }),
      { numRuns: 40, endOnFailure: true, interruptAfterTimeLimit: 30_000 },
    );
    expect(terms).toBeGreaterThan(2 * worlds);
    expect(losses).toBeGreaterThan(worlds);
  },
  120_000,
);
