import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Fifo } from './fifo.ts';

type Step = readonly ['push' | 'remove', string] | readonly ['shift'];

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('push' as const, 'remove' as const), key),
  fc.tuple(fc.constant('shift' as const)),
);

/** The same on an array, where nothing is clever. */
function applyToArray(keys: string[], [verb, name = '']: Step): string | undefined {
  if (verb === 'shift') return keys.shift();
  const place = keys.indexOf(name);
  if (verb === 'push' && place < 0) keys.push(name);
  if (verb === 'remove' && place >= 0) keys.splice(place, 1);
  return undefined;
}

function applyToFifo(fifo: Fifo<string>, [verb, name = '']: Step): string | undefined {
  if (verb === 'shift') return fifo.shift();
  if (verb === 'push') fifo.push(name);
  else fifo.remove(name);
  return undefined;
}

test('keys come out in the order in which they first went in', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const fifo = new Fifo<string>();
      const keys: string[] = [];
      for (const one of steps) {
        const expected = applyToArray(keys, one);
        expect(applyToFifo(fifo, one)).toBe(expected);
        expect(fifo.size).toBe(keys.length);
      }
    }),
  );
});

test('a cleared one begins anew', () => {
  const fifo = new Fifo<string>();
  fifo.push('a');
  fifo.clear();
  fifo.push('b');
  expect([fifo.shift(), fifo.shift()]).toEqual(['b', undefined]);
});
