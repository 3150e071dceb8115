import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { replacingPatch } from './replacing-patch.ts';

/** RFC 7386, §2. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMembers(patch)) return patch;
  const result = new Map(isMembers(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.array(fc.integer(), { maxLength: 2 }), tie('members')),
  members: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), tie('value'), { maxKeys: 3 }),
}));
const members = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), value, { maxKeys: 3 });

test('leaves exactly what is wanted of whatever was there', () => {
  fc.assert(
    fc.property(fc.oneof(members, fc.constant(undefined)), members, (before, after) => {
      expect(mergePatch(before, replacingPatch(before, after))).toEqual(after);
    }),
  );
});
