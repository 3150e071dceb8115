import { describe, expect, test } from '@jest/globals';
import { markdownTable } from './markdown-table.ts';

describe('markdownTable', () => {
  test('puts each row on a line of its own', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n');
  });

  test('escapes what would end a cell, a line or begin a tag', () => {
    expect(markdownTable(['a'], [['one|two\nthree <name> \\']])).toBe(
      '| a |\n| --- |\n| one\\|two three &lt;name> \\\\ |\n',
    );
  });
});
