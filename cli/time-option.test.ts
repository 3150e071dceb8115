import { expect, test } from '@jest/globals';
import { renderLetters } from './letter-table.ts';
import { parseTime } from './time-option.ts';

const now = new Date('2026-02-01T12:00:00Z');

test.each([
  ['90m', '2026-02-01T10:30:00.000Z'],
  ['2h', '2026-02-01T10:00:00.000Z'],
  ['7d', '2026-01-25T12:00:00.000Z'],
  ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
])('%s is %s', (text, time) => {
  expect(parseTime('since', text, now)).toBe(time);
});

test.each(['yesterday', '5', '3w', '2026-13-01'])('fails for %s with what is allowed', (text) => {
  expect(() => parseTime('since', text, now)).toThrow(`since: got ${text}, allowed a time such as`);
});

test('letters are columns, without what a terminal would obey', () => {
  const letters = [{ key: 'hello/1', reason: 'undeliverable', type: 'a\u001B[2J', id: 'ü' }];
  expect(renderLetters(letters)).toBe('KEY      REASON         TYPE   ID\nhello/1  undeliverable  a?[2J  ?\n');
});
