import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { atomOf } from './pattern-atom.ts';
import { compilePatterns } from './pattern-set.ts';

test.each([
  [String.raw`\bORD-\d{5}\b`, 'ord-'],
  ['where (is|was) my order', ' my order'],
  ['colou?r', 'colo'],
  ['abc{0,2}def', 'def'],
  ['abc+d', 'abc'],
  [String.raw`a\.b\.c`, 'a.b.c'],
  ['[]x]yes[[:alpha:]]', 'yes'],
  ['(a(b|c)[)])done', 'done'],
  ['order|refund', undefined],
  ['(order)?', undefined],
  [String.raw`\x{41}bc`, undefined],
  [String.raw`\Qa|b\E`, undefined],
  ['(?i:x)', undefined],
])('a text with %s has %s in it', (pattern, atom) => {
  expect(atomOf(pattern)).toBe(atom);
});

const piece = fc.constantFrom(
  'ab',
  'x',
  'S',
  '-',
  String.raw`\.`,
  '(ab|x)',
  '[ab]',
  '.',
  String.raw`\d`,
  'k',
  '[]a]',
  '(?:b[)x])',
);
const count = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,2}', '??');
const anyPattern = fc
  .array(fc.tuple(piece, count), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map((part) => part.join('')).join(''));
const anyText = fc
  .array(fc.constantFrom('ab', 'AB', 'x', 's', 'ſ', '\u212A', '-', '.', '7', ']', ')', ' '), { maxLength: 12 })
  .map((parts) => parts.join(''));

test('patterns are found as each of them alone finds itself', () => {
  fc.assert(
    fc.property(fc.array(anyPattern, { maxLength: 4 }), anyText, (patterns, text) => {
      const alone = patterns.flatMap((one, index) =>
        RE2JS.compile(one, RE2JS.CASE_INSENSITIVE).matcher(text).find() ? [index] : [],
      );
      expect([...compilePatterns(patterns)(text)]).toEqual(alone);
    }),
    { numRuns: 1500 },
  );
});
