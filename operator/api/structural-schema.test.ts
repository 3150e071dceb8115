import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { customResourceDefinitions } from './custom-resource-definition.ts';
import { toStructuralSchema, type StructuralSchema } from './structural-schema.ts';

interface Node {
  readonly path: string;
  readonly schema: StructuralSchema;
}

function childrenOf({ path, schema }: Node): Node[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    ...Object.entries(properties).map(([name, child]) => ({ path: `${path}.${name}`, schema: child })),
    ...(items === undefined ? [] : [{ path: `${path}[]`, schema: items }]),
    ...(additionalProperties === undefined ? [] : [{ path: `${path}{}`, schema: additionalProperties }]),
  ];
}

function nodesOf(node: Node): Node[] {
  return [node, ...childrenOf(node).flatMap(nodesOf)];
}

const isUntyped = (schema: StructuralSchema) =>
  schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;

const isFreeString = (schema: StructuralSchema) =>
  schema.type === 'string' && schema.enum === undefined && schema.format === undefined;

/** The rules of a structural schema, and what the API server needs to bound the cost of CEL. */
const rules: readonly { readonly problem: string; readonly breaks: (schema: StructuralSchema) => boolean }[] = [
  { problem: 'no type', breaks: (schema) => schema.type === undefined && !isUntyped(schema) },
  {
    problem: 'object with neither properties nor additionalProperties',
    breaks: (schema) =>
      schema.type === 'object' &&
      schema.properties === undefined &&
      schema.additionalProperties === undefined &&
      !isUntyped(schema),
  },
  {
    problem: 'properties beside additionalProperties',
    breaks: (schema) => schema.properties !== undefined && schema.additionalProperties !== undefined,
  },
  { problem: 'array without items', breaks: (schema) => schema.type === 'array' && schema.items === undefined },
  { problem: 'array without maxItems', breaks: (schema) => schema.type === 'array' && schema.maxItems === undefined },
  {
    problem: 'map without maxProperties',
    breaks: (schema) => schema.additionalProperties !== undefined && schema.maxProperties === undefined,
  },
  { problem: 'string without maxLength', breaks: (schema) => isFreeString(schema) && schema.maxLength === undefined },
  { problem: 'integer without format', breaks: (schema) => schema.type === 'integer' && schema.format === undefined },
  {
    problem: 'bound of the JavaScript number type',
    breaks: (schema) => Math.abs(schema.minimum ?? 0) > 2 ** 52 || Math.abs(schema.maximum ?? 0) > 2 ** 52,
  },
  { problem: 'pattern with look-around', breaks: (schema) => /\(\?[=!<]/.test(schema.pattern ?? '') },
  {
    problem: 'more than value checks inside not',
    breaks: (schema) => schema.not !== undefined && Object.keys(schema.not).some((keyword) => keyword !== 'enum'),
  },
  {
    problem: 'list-map key that is not required',
    breaks: (schema) =>
      (schema['x-kubernetes-list-map-keys'] ?? []).some((key) => !schema.items?.required?.includes(key)),
  },
];

function problemsOf(root: Node): string[] {
  return nodesOf(root).flatMap(({ path, schema }) =>
    rules.filter((rule) => rule.breaks(schema)).map((rule) => `${path}: ${rule.problem}`),
  );
}

const roots = customResourceDefinitions().flatMap((crd) => {
  const { openAPIV3Schema } = crd.spec.versions[0].schema;
  const { spec, status } = openAPIV3Schema.properties ?? {};
  if (spec === undefined || status === undefined) throw new Error(`${crd.metadata.name} has no spec or no status`);
  return [
    { kind: crd.spec.names.kind, part: 'spec' as const, schema: spec },
    { kind: crd.spec.names.kind, part: 'status' as const, schema: status },
  ];
});

describe('the schemas of both kinds', () => {
  test.each(roots)('$kind $part is structural', ({ part, schema }) => {
    const problems = problemsOf({ path: part, schema });
    // The operator writes the status and no rule reads it: a long text there must not be refused.
    const allowed =
      part === 'status' ? problems.filter((text) => !text.endsWith('string without maxLength')) : problems;
    expect(allowed).toEqual([]);
  });

  test.each(roots)('every property of $kind $part has a description', ({ part, schema }) => {
    const missing = nodesOf({ path: part, schema }).flatMap(({ path, schema: parent }) =>
      Object.entries(parent.properties ?? {})
        .filter(([, child]) => (child.description ?? '') === '')
        .map(([name]) => `${path}.${name}`),
    );
    expect(missing).toEqual([]);
  });

  test.each(roots)('every rule of $kind $part says what to do and points at a property', ({ part, schema }) => {
    const lost = nodesOf({ path: part, schema }).flatMap(({ path, schema: { properties = {}, ...node } }) =>
      (node['x-kubernetes-validations'] ?? [])
        .filter(({ message, fieldPath = '' }) => {
          const [, first] = fieldPath.split('.');
          return message.length < 30 || (first !== undefined && properties[first] === undefined);
        })
        .map(({ message, fieldPath }) => `${path}${fieldPath}: ${message}`),
    );
    expect(lost).toEqual([]);
  });

  test('fails the walk on a schema that breaks every rule', () => {
    const broken: StructuralSchema = {
      type: 'object',
      properties: {
        untyped: {},
        open: { type: 'object' },
        both: { type: 'object', properties: { a: { type: 'boolean' } }, additionalProperties: { type: 'boolean' } },
        list: { type: 'array' },
        text: { type: 'string', pattern: '^(?!a)' },
        count: { type: 'integer', maximum: Number.MAX_SAFE_INTEGER },
        choice: { type: 'boolean', not: { type: 'string' } },
        map: { type: 'array', maxItems: 1, items: { type: 'boolean' }, 'x-kubernetes-list-map-keys': ['name'] },
      },
    };
    const found = problemsOf({ path: 'spec', schema: broken });
    for (const { problem } of rules) expect(found.join('\n')).toContain(problem);
  });
});

describe('toStructuralSchema', () => {
  test('a strict object has no additionalProperties', () => {
    expect(toStructuralSchema(z.strictObject({ a: z.boolean() }))).toEqual({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'boolean' } },
    });
  });

  test('an integer has a format and no bounds of the JavaScript number type', () => {
    expect(toStructuralSchema(z.int())).toEqual({ type: 'integer', format: 'int64' });
  });

  test('a field with a default is not required', () => {
    expect(toStructuralSchema(z.strictObject({ a: z.boolean().default(true) }))).toEqual({
      type: 'object',
      properties: { a: { type: 'boolean', default: true } },
    });
  });

  test('a time has a format and no pattern', () => {
    expect(toStructuralSchema(z.iso.datetime())).toEqual({ type: 'string', format: 'date-time' });
  });

  test('int-or-string has no choice of types', () => {
    const schema = z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true });
    expect(toStructuralSchema(schema)).toEqual({ 'x-kubernetes-int-or-string': true });
  });

  test('fails on a choice of types without an extension', () => {
    expect(() => toStructuralSchema(z.union([z.int(), z.string()]))).toThrow(/anyOf/);
  });

  test('fails on a discriminated union', () => {
    const shape = z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('a') }),
      z.strictObject({ type: z.literal('b') }),
    ]);
    expect(() => toStructuralSchema(shape)).toThrow(/oneOf/);
  });

  test('fails on a Date', () => {
    expect(() => toStructuralSchema(z.date())).toThrow(/cannot be represented/);
  });

  test('fails on a schema that contains itself', () => {
    const tree: z.ZodType = z.lazy(() => z.strictObject({ child: tree.optional() }));
    expect(() => toStructuralSchema(tree)).toThrow(/allOf/);
  });
});
