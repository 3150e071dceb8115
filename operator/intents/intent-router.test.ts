import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { IntentEvent } from './intent-event.ts';
import { type Classify, type IntentDecision, IntentRouter } from './intent-router.ts';
import { parseIntentTable } from './intent-table.ts';

const routerOf = (table: object): IntentRouter => new IntentRouter(parseIntentTable(JSON.stringify(table), 'table'));

const agent = (name: string) => ({ target: { kind: 'agent', namespace: 'shop', name } });
const intents = { order: agent('clerk'), refund: agent('cashier'), talk: agent('bruno') };
const said = (text: string, attributes = {}): IntentEvent => ({
  attributes: { type: 'io.homelab.chat.message', source: '/chat/web', ...attributes },
  data: { message: text },
});
const nameOf = (decision: IntentDecision): string => (decision.kind === 'routed' ? decision.name : 'nowhere');
const decide = async (table: object, event: IntentEvent, classify?: Classify): Promise<string> =>
  nameOf(await routerOf({ intents, ...table }).decide(event, classify));

describe('a rule holds', () => {
  test('for words in whatever case and beside whatever signs, and not for parts of words', async () => {
    const rules = [{ name: 'words', intent: 'order', keywords: ['Order', 'where is my'] }];
    expect(await decide({ rules }, said('My ORDER, please!'))).toBe('order');
    expect(await decide({ rules }, said('So: where is  my parcel?'))).toBe('order');
    expect(await decide({ rules }, said('We reordered where is it my friend'))).toBe('nowhere');
  });

  test('for words of other alphabets', async () => {
    const rules = [{ name: 'words', intent: 'order', keywords: ['Überweisung', 'заказ'] }];
    expect(await decide({ rules }, said('eine überweisung'))).toBe('order');
    expect(await decide({ rules }, said('мой ЗАКАЗ?'))).toBe('order');
  });

  test('for a pattern anywhere in the text', async () => {
    const rules = [{ name: 'number', intent: 'order', patterns: ['ord-\\d{5}\\b'] }];
    expect(await decide({ rules }, said('about ORD-12345.'))).toBe('order');
    expect(await decide({ rules }, said('about ORD-123456'))).toBe('nowhere');
  });

  test('only with all of its attributes, of which a star ends one that begins so', async () => {
    const attributes = { source: '/chat/*', subject: 'vip' };
    const rules = [{ name: 'vip', intent: 'order', attributes, keywords: ['order'] }];
    expect(await decide({ rules }, said('order', { subject: 'vip' }))).toBe('order');
    expect(await decide({ rules }, said('order'))).toBe('nowhere');
    expect(await decide({ rules }, said('order', { subject: 'vip', source: '/mail' }))).toBe('nowhere');
    expect(await decide({ rules }, said('else', { subject: 'vip' }))).toBe('nowhere');
  });

  test('for text at the first place that has some, and for data that are text', async () => {
    const rules = [{ name: 'words', intent: 'order', keywords: ['order'] }];
    const table = { rules, text: ['/a~1b/0', '/message'] };
    expect(await decide(table, { attributes: {}, data: { 'a/b': ['an order'], message: 'x' } })).toBe('order');
    expect(await decide(table, { attributes: {}, data: 'an order' })).toBe('order');
    expect(await decide(table, { attributes: {}, data: { toString: 'order' } })).toBe('nowhere');
    expect(await decide({ rules, text: ['/constructor/name'] }, { attributes: {}, data: {} })).toBe('nowhere');
  });
});

describe('of several rules', () => {
  const rules = [
    { name: 'b', intent: 'order', keywords: ['order'] },
    { name: 'a', intent: 'refund', keywords: ['money'] },
    { name: 'z', intent: 'talk', keywords: ['hello'], priority: 1 },
  ];

  test('the largest priority wins, then the first name', async () => {
    expect(await decide({ rules }, said('order money'))).toBe('refund');
    expect(await decide({ rules }, said('order money hello'))).toBe('talk');
  });

  test('all that hold are listed, the winner first', () => {
    const matches = [...routerOf({ intents, rules }).matches(said('money order hello'))];
    expect(matches.map(({ rule }) => rule)).toEqual(['z', 'a', 'b']);
    expect(matches[0]).toEqual({
      rule: 'z',
      intent: 'talk',
      priority: 1,
      attributes: [],
      keywords: ['hello'],
      patterns: [],
    });
  });
});

const says =
  (intent: string, confidence: number): Classify =>
  () =>
    Promise.resolve({ intent, confidence });
const fails = (): Promise<never> => Promise.reject(new Error('down'));

describe('what no rule knows', () => {
  const classifier = { endpoint: 'http://classifier.shop.svc.cluster.local/', threshold: 0.6 };
  test('goes where the classifier is sure enough', async () => {
    expect(await decide({ classifier }, said('hm'), says('refund', 0.6))).toBe('refund');
    expect(await decide({ classifier, fallback: 'talk' }, said('hm'), says('refund', 0.59))).toBe('talk');
  });

  test('goes to the fallback when the classifier names none of the intents, or fails', async () => {
    expect(await decide({ classifier, fallback: 'talk' }, said('hm'), says('constructor', 1))).toBe('talk');
    expect(await decide({ classifier, fallback: 'talk' }, said('hm'), fails)).toBe('talk');
  });

  test('is not shown to the classifier without a text, nor where a rule holds', async () => {
    const asked: string[] = [];
    const classify: Classify = (text) => {
      asked.push(text);
      return Promise.resolve({ intent: 'refund', confidence: 1 });
    };
    const rules = [{ name: 'words', intent: 'order', keywords: ['order'] }];
    await decide({ classifier, rules }, said('order'), classify);
    await decide({ classifier, rules }, said(''), classify);
    expect(asked).toEqual([]);
    await decide({ classifier, rules }, said('x'.repeat(9999)), classify);
    expect(asked).toEqual(['x'.repeat(2048)]);
  });

  test('goes nowhere without a fallback, and says why', async () => {
    const decision = await routerOf({ intents }).decide(said('hm'), undefined);
    expect(decision).toEqual({ kind: 'unrouted', reason: { kind: 'none', because: 'no rule holds' } });
  });
});

const vocabulary = ['order', 'money', 'hello', 'ord-7', 'where', 'is'] as const;
const someWords = fc.array(fc.constantFrom(...vocabulary), { maxLength: 6 }).map((words) => words.join(' '));
const anyRule = fc.record({
  intent: fc.constantFrom('order', 'refund', 'talk'),
  priority: fc.integer({ min: -2, max: 2 }),
  attributes: fc.constantFrom({}, { subject: 'vip' }, { source: '/chat/*' }),
  keywords: fc.array(fc.constantFrom('order', 'where is', 'hello'), { minLength: 1, maxLength: 2 }),
  patterns: fc.constantFrom([], ['ord-\\d'], ['m.*y']),
});
const anyRules = fc
  .array(anyRule, { maxLength: 12 })
  .map((rules) => rules.map((rule, index) => ({ ...rule, name: `rule-${index}` })));
const anyEvent = fc.record({
  attributes: fc.dictionary(fc.constantFrom('type', 'source', 'subject'), fc.constantFrom('vip', '/chat/x', '')),
  data: fc.oneof(
    someWords,
    someWords.map((message) => ({ message })),
    fc.jsonValue(),
  ),
});

describe('a table', () => {
  test('gives every event one answer, the same each time, whatever the order of its rules', async () => {
    const shuffled = anyRules.chain((rules) =>
      fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length, maxLength: rules.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, anyEvent, fc.boolean(), async ([rules, other], event, hasFallback) => {
        const rest = { intents, ...(hasFallback ? { fallback: 'talk' } : {}) };
        const router = routerOf({ ...rest, rules });
        const decision = await router.decide(event, undefined);
        expect(await router.decide(event, undefined)).toEqual(decision);
        expect(await routerOf({ ...rest, rules: other }).decide(event, undefined)).toEqual(decision);
        expect(decision.kind === 'routed' || !hasFallback).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('finds by all rules at once what each finds alone', () => {
    fc.assert(
      fc.property(anyRules, anyEvent, (rules, event) => {
        const together = [...routerOf({ intents, rules }).matches(event)].map(({ rule }) => rule);
        const alone = rules.filter((rule) => [...routerOf({ intents, rules: [rule] }).matches(event)].length > 0);
        expect(together.toSorted()).toEqual(alone.map(({ name }) => name).toSorted());
      }),
      { numRuns: 150 },
    );
  });

  test('takes patterns that ruin other engines, in time that grows with the text only', () => {
    const rules = [{ name: 'evil', intent: 'order', patterns: ['(a+)+$', '(a|aa)+b', '(.*a){12}c'] }];
    const router = routerOf({ intents, rules });
    // a backtracking engine would take longer than the age of the universe
    expect([...router.matches(said(`${'a'.repeat(2000)}!`))]).toEqual([]);
  });
});
