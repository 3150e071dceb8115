import { describe, expect, test } from '@jest/globals';
import { faultKinds, type Traffic } from './fault.ts';
import { SeededPlan } from './fault-plan.ts';
import { readSeed } from './seeded-random.ts';

const gaps = { watch: 2, list: 2, read: 3, write: 4, event: 5 };
const plan = (seed: number, faults = 1000): SeededPlan => new SeededPlan({ seed, faults, gaps });
const exchanges = (of: SeededPlan, traffic: Traffic, count = 200) =>
  Array.from({ length: count }, () => of.nextExchange(traffic));

describe('a plan', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(exchanges(plan(7), 'write')).toEqual(exchanges(plan(7), 'write'));
    expect(exchanges(plan(7), 'write')).not.toEqual(exchanges(plan(8), 'write'));
  });

  test('gives the n-th request of a traffic the same fault, whatever passes in between', () => {
    const mixed = plan(7);
    const lists = Array.from({ length: 200 }, () => {
      mixed.nextEvent();
      mixed.nextExchange('write');
      return mixed.nextExchange('list');
    });
    expect(lists).toEqual(exchanges(plan(7), 'list'));
  });

  test('deals every kind before any comes again', () => {
    const dealt = exchanges(plan(7), 'list').flatMap((fault) => fault?.kind ?? []);
    expect(new Set(dealt.slice(0, faultKinds.list.length))).toEqual(new Set(faultKinds.list));
  });

  test('lets everything pass after its last fault', () => {
    const short = plan(7, 3);
    expect(exchanges(short, 'watch').filter((fault) => fault !== undefined)).toHaveLength(3);
    expect(short.left).toBe(0);
    expect(short.nextEvent()).toBeUndefined();
  });
});

describe('the seed', () => {
  test('is the one that was asked for', () => {
    expect(readSeed({ FAULT_SEED: '42' })).toBe(42);
  });

  test('fails on what is no number', () => {
    expect(() => readSeed({ FAULT_SEED: 'x1' })).toThrow('FAULT_SEED: got x1, allowed a whole number');
  });
});
