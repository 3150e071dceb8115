import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FakeClock } from '../kube/fake-clock.ts';
import { Expectations } from './expectations.ts';

const timeoutMs = 100;
const owners = ['a', 'b'] as const;

/** A list of what is expected, searched through each time. */
class Model {
  #expected: readonly { readonly owner: string; readonly object: string; readonly until: number }[] = [];

  expect(owner: string, object: string, now: number): void {
    this.withdraw(owner, object);
    this.#expected = [...this.#expected, { owner, object, until: now + timeoutMs }];
  }

  withdraw(owner: string, object: string): void {
    this.#expected = this.#expected.filter((one) => one.owner !== owner || one.object !== object);
  }

  observe(object: string): readonly string[] {
    const expecting = owners.filter((owner) =>
      this.#expected.some((one) => one.owner === owner && one.object === object),
    );
    for (const owner of expecting) this.withdraw(owner, object);
    return expecting.filter((owner) => !this.#expected.some((one) => one.owner === owner));
  }

  remainingMs(owner: string, now: number): number {
    this.#expected = this.#expected.filter(({ until }) => until > now);
    return Math.max(0, ...this.#expected.filter((one) => one.owner === owner).map(({ until }) => until - now));
  }
}

/** Does the same to both; returns what they said to it. */
type Step = (
  model: Model,
  real: Expectations,
  clock: FakeClock,
) => Promise<{ readonly said: unknown; readonly expected: unknown }>;

const silent = { said: undefined, expected: undefined };

const owner = fc.constantFrom(...owners);
const object = fc.constantFrom('x', 'y', 'z');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(owner, object).map(([one, what]): Step => async (model, real, clock) => {
    model.expect(one, what, clock.now());
    real.expect(one, what);
    return silent;
  }),
  fc.tuple(owner, object).map(([one, what]): Step => async (model, real) => {
    model.withdraw(one, what);
    real.withdraw(one, what);
    return silent;
  }),
  object.map((what): Step => async (model, real) => ({
    said: real.observe(what).toSorted(),
    expected: model.observe(what),
  })),
  fc.constantFrom(10, 60, 100).map((ms): Step => async (_, __, clock) => {
    await clock.advance(ms);
    return silent;
  }),
);

test('an owner waits for exactly what it expects, and no longer than the timeout', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new FakeClock();
      const [model, real] = [new Model(), new Expectations(clock, timeoutMs)];
      for (const one of steps) {
        const { said, expected } = await one(model, real, clock);
        expect(said).toEqual(expected);
        for (const each of owners) expect(real.remainingMs(each)).toBe(model.remainingMs(each, clock.now()));
      }
    }),
    { numRuns: 50, interruptAfterTimeLimit: 3000 },
  );
});
