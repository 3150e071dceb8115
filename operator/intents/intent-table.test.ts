import { describe, expect, test } from '@jest/globals';
import { parseIntentTable } from './intent-table.ts';

const target = { kind: 'function', namespace: 'shop', name: 'orders' };
const intents = { order: { target } };
const parse = (table: unknown) => parseIntentTable(JSON.stringify(table), 'routes.yaml');
const rule = (more: object) => ({ intents, rules: [{ name: 'one', intent: 'order', ...more }] });

test('a table is YAML, and says only what differs from what is usual', () => {
  const text = `
intents:
  order: { target: { kind: function, namespace: shop, name: orders } }
rules:
  - { name: words, intent: order, keywords: [order] }
fallback: order
`;
  expect(parseIntentTable(text, 'routes.yaml')).toMatchObject({
    intents,
    rules: [{ name: 'words', priority: 0, attributes: {}, keywords: ['order'], patterns: [] }],
    fallback: 'order',
    maxHops: 8,
    eventTypes: [],
  });
});

describe('a table fails', () => {
  test.each([
    [
      'for an intent that is not there',
      rule({ intent: 'other', keywords: ['a'] }),
      'rules.0.intent: allowed a name under',
    ],
    ['for a fallback that is not there', { intents, fallback: 'toString' }, 'fallback: allowed a name under intents'],
    ['for a rule that holds always', rule({}), 'rules.0: allowed at least one of attributes, keywords and patterns'],
    ['for a keyword without a word', rule({ keywords: ['--'] }), 'rules.0.keywords.0: allowed a word or several'],
    ['for a pattern that RE2 has not', rule({ patterns: ['(?=a)b'] }), 'rules.0.patterns.0: allowed a pattern of RE2'],
    ['for a pattern that is in every text', rule({ patterns: ['a*'] }), 'a pattern that does not match an empty text'],
    ['for a pattern that repeats too much', rule({ patterns: ['((ab){40}){20}'] }), 'a shorter pattern'],
    ['for a member that nobody reads', { intents, rule: [] }, 'routes.yaml: table: allowed Unrecognized key: "rule"'],
    [
      'for a classifier outside of the cluster',
      { intents, classifier: { endpoint: 'https://example.com/' } },
      'classifier.endpoint: allowed a Service of the cluster by its full name',
    ],
    [
      'for two rules of one name',
      { intents, rules: [1, 2].map(() => ({ name: 'one', intent: 'order', keywords: ['a'] })) },
      'rules.1.name: allowed a name that no other rule has',
    ],
  ])('%s', (_title, table, message) => {
    expect(() => parse(table)).toThrow(message);
  });

  test('for a text that is no YAML, and for aliases that grow', () => {
    expect(() => parseIntentTable('a: [', 'routes.yaml')).toThrow('routes.yaml: no YAML');
    expect(() => parseIntentTable('a: &a [1]\nb: *a', 'routes.yaml')).toThrow('routes.yaml: no YAML');
  });
});
