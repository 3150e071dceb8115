import { describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../agent/sample.ts';
import { type Call, emptyLedger, type Ledger, parseLedger, reserve, settle, usedOf } from './ledger.ts';
import { amountOf, type BudgetPolicy, budgetPolicy, toDecimal, toMicros } from './policy.ts';

const noon = Date.parse('2026-01-01T12:00:00Z');
const [run, other] = ['a'.repeat(32), 'b'.repeat(32)] as const;
let drawn = 0;

const newCall = (more: Partial<Call> = {}): Call => {
  drawn += 1;
  const id = `00000000-0000-4000-8000-${String(drawn).padStart(12, '0')}`;
  return { id, run, usage: { input: 40, output: 60 }, leaseMs: 60_000, ...more };
};

function policyOf(budget: object): BudgetPolicy {
  const policy = budgetPolicy(sampleAgent({ budget }).spec);
  if (policy === undefined) throw new Error('no budget');
  return policy;
}

/** A ledger after calls that used as much, each with a call of its own. */
function spentBy(policy: BudgetPolicy, ...usages: readonly { input: number; output: number }[]): Ledger {
  let ledger: Ledger = emptyLedger;
  for (const usage of usages) {
    const call = newCall();
    ledger = reserve(ledger, call, { now: noon, policy }).ledger;
    ledger = settle(ledger, { id: call.id, usage }, { now: noon, policy }) ?? ledger;
  }
  return ledger;
}

const daily = policyOf({ perDay: { tokens: 1000 } });
const decide = (ledger: Ledger, policy: BudgetPolicy, { now = noon, call = newCall() } = {}) =>
  reserve(ledger, call, { now, policy }).decision;

describe('a budget that pauses', () => {
  test('lets calls begin while anything is left, and is passed by the last one', () => {
    const ledger = spentBy(daily, { input: 999, output: 0 });
    expect(decide(ledger, daily)).toEqual({ kind: 'granted', delayMs: 0 });
    expect(usedOf(reserve(ledger, newCall(), { now: noon, policy: daily }).ledger).tokens).toBe(1099);
  });

  test('refuses the next call until the next day', () => {
    const ledger = spentBy(daily, { input: 400, output: 600 });
    expect(decide(ledger, daily)).toEqual({ kind: 'refused', scope: 'day', unit: 'tokens', retryMs: 43_200_000 });
  });

  test('asks to come back soon where calls under way may give something back', () => {
    const { ledger } = reserve(emptyLedger, newCall({ usage: { input: 0, output: 5000 } }), {
      now: noon,
      policy: daily,
    });
    expect(decide(ledger, daily)).toEqual({ kind: 'refused', scope: 'day', unit: 'tokens', retryMs: 10_000 });
  });

  test('knows runs from each other, and no run a next day', () => {
    const policy = policyOf({ perRun: { tokens: 100 } });
    const ledger = spentBy(policy, { input: 100, output: 0 });
    expect(decide(ledger, policy)).toEqual({ kind: 'refused', scope: 'run', unit: 'tokens', retryMs: undefined });
    expect(decide(ledger, policy, { call: newCall({ run: other }) })).toEqual({ kind: 'granted', delayMs: 0 });
  });

  test('counts money by the prices of a million tokens, rounded up', () => {
    const prices = { input: '3', output: '15.5', currency: 'EUR' };
    const policy = policyOf({ perDay: { money: '0.01' }, prices });
    expect(amountOf({ input: 1, output: 1 }, policy)).toEqual({ tokens: 2, micros: 19 });
    const ledger = spentBy(policy, { input: 3334, output: 0 });
    expect(decide(ledger, policy)).toMatchObject({ kind: 'refused', unit: 'micros' });
  });

  test('holds with another limit at once', () => {
    const ledger = spentBy(daily, { input: 1000, output: 0 });
    expect(decide(ledger, policyOf({ perDay: { tokens: 2000 } })).kind).toBe('granted');
  });
});

test('a budget that throttles has calls begin ten seconds apart, and refuses who would wait for more than a minute', () => {
  const policy = policyOf({ perDay: { tokens: 1 }, action: 'throttle' });
  let ledger = spentBy(policy, { input: 1, output: 0 });
  const delays = Array.from({ length: 8 }, () => {
    const { decision, ledger: next } = reserve(ledger, newCall(), { now: noon, policy });
    ledger = next;
    return decision.kind === 'granted' ? decision.delayMs : decision.retryMs;
  });
  expect(delays).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
  expect(decide(ledger, policy)).toMatchObject({ kind: 'refused' });
  expect(decide(ledger, policy, { now: noon + 70_000 })).toEqual({ kind: 'granted', delayMs: 0 });
});

test('a budget that warns refuses nothing', () => {
  const policy = policyOf({ perDay: { tokens: 1 }, action: 'warn' });
  expect(decide(spentBy(policy, { input: 5, output: 5 }), policy)).toEqual({ kind: 'granted', delayMs: 0 });
});

describe('what is reserved', () => {
  const call = newCall();
  const { ledger } = reserve(emptyLedger, call, { now: noon, policy: daily });

  test('counts while the call is under way, and gives way to what was used', () => {
    expect(usedOf(ledger).tokens).toBe(100);
    const usage = { input: 10, output: 5 };
    const settled = settle(ledger, { id: call.id, usage }, { now: noon, policy: daily });
    expect(settled).toMatchObject({ spent: { tokens: 15 }, runs: { [run]: { tokens: 15 } }, open: {} });
  });

  test('counts once where a meter asks twice', () => {
    expect(usedOf(reserve(ledger, call, { now: noon, policy: daily }).ledger).tokens).toBe(100);
  });

  test('counts for good where nobody knows what was used', () => {
    const settled = settle(ledger, { id: call.id, usage: undefined }, { now: noon, policy: daily });
    expect(settled).toMatchObject({ spent: { tokens: 100 }, open: {} });
  });

  test('counts for good after its lease, and a late word changes nothing', () => {
    const now = noon + 60_000;
    const next = reserve(ledger, newCall(), { now, policy: daily }).ledger;
    expect(next.spent.tokens).toBe(100);
    expect(settle(ledger, { id: call.id, usage: { input: 1, output: 1 } }, { now, policy: daily })).toBeUndefined();
  });

  test('is bounded: a thousand calls of an agent at a time, and five hundred runs of a day', () => {
    let many: Ledger = emptyLedger;
    for (let index = 0; index < 1000; index += 1) {
      const one = newCall({ run: String(index).padStart(32, '0'), usage: { input: 0, output: 0 } });
      many = reserve(many, one, { now: noon, policy: daily }).ledger;
    }
    expect(decide(many, daily)).toEqual({ kind: 'refused', scope: 'calls', unit: 'tokens', retryMs: 10_000 });
    const { ledger: after } = reserve(many, newCall(), { now: noon + 60_000, policy: daily });
    expect(Object.keys(after.runs)).toHaveLength(500);
  });
});

test('a ledger is read as it was written', () => {
  const ledger = spentBy(daily, { input: 1, output: 2 });
  expect(parseLedger(Buffer.from(JSON.stringify(ledger)))).toEqual(ledger);
  expect(() => parseLedger(Buffer.from('{"spent":1}'))).toThrow('cannot be read');
});

test.each([
  ['0', 0, '0.00'],
  ['2.5', 2_500_000, '2.50'],
  ['0.000001', 1, '0.000001'],
  ['999999999.125', 999_999_999_125_000, '999999999.125'],
])('the amount %s is exact', (text, micros, shown) => {
  expect(toMicros(text)).toBe(micros);
  expect(toDecimal(micros)).toBe(shown);
});
