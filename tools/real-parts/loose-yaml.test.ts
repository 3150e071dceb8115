import { describe, expect, test } from '@jest/globals';
import { parseLooseDocuments } from './loose-yaml.ts';

const parse = (text: string): readonly unknown[] =>
  parseLooseDocuments(text, 'crd.yaml').map((document): unknown => document.toJS());

describe('parseLooseDocuments', () => {
  test('reads every document of a valid text', () => {
    expect(parse('a: 1\n---\nb: two\n')).toEqual([{ a: 1 }, { b: 'two' }]);
  });

  test('reads quoted text that goes on at the indent of its key', () => {
    const text = "x:\n  description: 'one\n  two, ''three''\n  four: five'\n  type: string\n";
    expect(parse(text)).toEqual([{ x: { description: "one two, 'three' four: five", type: 'string' } }]);
  });

  test('fails with the name of the file on any other fault', () => {
    expect(() => parse('a: [1\nb: 2\n')).toThrow(/^crd\.yaml is no valid YAML: /);
  });
});
