import { describe, expect, test } from '@jest/globals';
import { assert, property, stringMatching } from 'fast-check';
import { annotations } from '../api/index.ts';
import { checkInput } from './input-check.ts';
import { nameOfTool, parseToolName, readTool } from './tool.ts';

const target = { kind: 'function', namespace: 'team-a', name: 'hello' } as const;
const withSchema = (schema: unknown) => ({
  [annotations.mcpTool]: 'true',
  [annotations.mcpInputSchema]: typeof schema === 'string' ? schema : JSON.stringify(schema),
});
const nested = (depth: number): object => (depth === 0 ? {} : { not: nested(depth - 1) });

test('a name of a tool says which function it is, and no other', () => {
  const label = stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  assert(
    property(label, label, (namespace, name) => {
      const text = nameOfTool({ namespace, name });
      expect(parseToolName(text)).toEqual({ namespace, name });
      expect(text.length).toBeLessThanOrEqual(128);
    }),
  );
  expect(['', '_', 'a_', 'A_b', 'a_b_c', 'a_b\n', 'a.b'].map(parseToolName)).toEqual(Array(7).fill(undefined));
});

test('is no tool unless its author says so', () => {
  expect(readTool(target, {})).toEqual({ kind: 'none' });
  expect(readTool(target, { [annotations.mcpTool]: 'yes' })).toEqual({ kind: 'none' });
});

test.each([
  ['no JSON', '{', '"type": "object"'],
  ['another type', { type: 'string' }, '"type": "object"'],
  ['a list', [], '"type": "object"'],
  ['a reference', { type: 'object', properties: { a: { $ref: '#' } } }, '$ref is not allowed'],
  ['unique items', { type: 'object', properties: { a: { uniqueItems: true } } }, 'uniqueItems is not allowed'],
  ['too many levels', { type: 'object', ...nested(40) }, 'nested too deeply'],
  ['too many characters', { type: 'object', description: 'x'.repeat(20_000) }, 'allowed 16384'],
])('fails for a schema with %s', (_, schema, words) => {
  expect(readTool(target, withSchema(schema))).toEqual({
    kind: 'wrong',
    target,
    fault: expect.stringContaining(words),
  });
});

test('takes a property of any name', () => {
  const schema = { type: 'object', properties: { $ref: { type: 'string' }, uniqueItems: {} } };
  expect(readTool(target, withSchema(schema))).toMatchObject({ kind: 'tool', tool: { inputSchema: schema } });
});

describe('arguments', () => {
  const check = checkInput();
  const city = { type: 'object', properties: { city: { enum: ['rio'] } }, additionalProperties: false };

  test('that fit have no fault', () => {
    expect(check(city, { city: 'rio' })).toEqual([]);
  });

  test.each([
    [city, { city: 'oslo' }, 'arguments/city: must be equal to one of the allowed values ["rio"]'],
    [city, { town: 1 }, 'arguments: must NOT have additional properties (town)'],
    [{ type: 'object' }, [1], 'arguments: must be object'],
  ])('fail by the schema %j', (schema, given, line) => {
    expect(check(schema, given)).toEqual([line]);
  });

  test('fail for a schema that is none, in words of the schema', () => {
    expect(check({ type: 'object', properties: 3 }, {})).toEqual([expect.stringContaining('input schema')]);
    const pattern = { type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } };
    expect(check(pattern, { a: 'x' })).toEqual([expect.stringContaining('input schema')]);
  });

  test('are checked by each pattern of a schema', () => {
    const schema = { type: 'object', properties: { a: { pattern: '^a+$' }, b: { pattern: '^b+$' } } };
    expect(check(schema, { a: 'aa', b: 'bb' })).toEqual([]);
    expect(check(schema, { a: 'aa', b: 'aa' })).toHaveLength(1);
    expect(check(schema, { a: 'bb', b: 'bb' })).toHaveLength(1);
  });

  test('of a pattern that would take for ever are checked at once', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    expect(check(schema, { a: `${'a'.repeat(50_000)}!` })).toHaveLength(1);
  });
});
