import { describe, expect, test } from '@jest/globals';
import { assert, jsonValue, property } from 'fast-check';
import { printJson } from './print-json.ts';

describe('printJson', () => {
  test('says what JSON.stringify says', () => {
    assert(
      property(jsonValue(), (value) => {
        expect(JSON.parse(printJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('puts on one line what lies deeper than a query', () => {
    const long = { text: 'x'.repeat(200) };
    const lines = printJson({ panels: [{ targets: [{ expr: long }] }] }).split('\n');
    expect(lines).toContain(`    {"expr":${JSON.stringify(long)}}`);
  });

  test('puts on one line what fits', () => {
    const long = 'x'.repeat(100);
    expect(printJson({ short: [1, 2], long: [long, { a: long }] })).toBe(
      `{\n "short": [1,2],\n "long": [\n  "${long}",\n  {"a":"${long}"}\n ]\n}`,
    );
  });
});
