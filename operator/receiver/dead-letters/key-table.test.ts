import { expect, test } from '@jest/globals';
import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { KeyTable } from './key-table.ts';

/** Few hashes, so that most keys meet in the same cells. */
const hashOf = (key: string): number => key.length % 3;

test('a table answers as a map does, whatever is put in and taken out, and wherever keys meet', () => {
  assert(
    property(
      array(tuple(constantFrom('set', 'delete'), integer({ min: 0, max: 300 })), { maxLength: 400 }),
      (steps) => {
        const keys: string[] = [];
        const keyOf = (number: number): string => keys[number] ?? '';
        const table = new KeyTable({ keyOf, hashOf: (number) => hashOf(keyOf(number)) });
        const map = new Map<string, number>();
        for (const [step, drawn] of steps) {
          const key = `k${drawn}`;
          if (step === 'delete') {
            table.delete(key, hashOf(key));
            map.delete(key);
          } else {
            const number = keys.push(key) - 1;
            table.set(key, hashOf(key), number);
            map.set(key, number);
          }
        }
        for (const key of keys) expect(table.get(key, hashOf(key))).toBe(map.get(key));
        expect(table.get('never', hashOf('never'))).toBeUndefined();
      },
    ),
    { numRuns: 50 },
  );
});
