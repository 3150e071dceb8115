import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Change, compareValues, similarity } from './difference.ts';
import { type Path, showPath, type Step } from './path.ts';
import { isFields } from './value.ts';

const shown = (base: unknown, head: unknown, apiVersion = 'v1'): readonly string[] =>
  compareValues(apiVersion, base, head).map((change) => `${change.op} ${showPath(change.path)}`);

const podWith = (containers: readonly object[]): object => ({ spec: { containers } });
const operator = { name: 'operator', image: 'a:1', env: [{ name: 'A', value: '1' }] };
const proxy = { name: 'proxy', image: 'b:1' };

describe('two values', () => {
  test.each([
    ['an order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['an order of containers', podWith([operator, proxy]), podWith([proxy, operator])],
    ['an order of verbs', { rules: [{ verbs: ['get', 'list'] }] }, { rules: [{ verbs: ['list', 'get'] }] }],
    ['a default', { spec: { ports: [{ port: 80 }] } }, { spec: { ports: [{ port: 80, protocol: 'TCP' }] } }],
    ['empty labels', { metadata: {} }, { metadata: { labels: {} } }],
    [
      'one amount in two units',
      { limits: { cpu: '1', memory: '1Gi' } },
      { limits: { cpu: '1000m', memory: '1024Mi' } },
    ],
    ['spaces in JSON', { data: { 'a.json': '{"a":1}' } }, { data: { 'a.json': '{ "a": 1 }\n' } }],
  ])('have no difference in %s', (_, base, head) => {
    expect(shown(base, head)).toEqual([]);
  });

  test.each([
    [
      'a container by name',
      podWith([operator, proxy]),
      podWith([proxy, { ...operator, image: 'a:2' }]),
      ['replace spec.containers[name=operator].image'],
    ],
    [
      'a variable',
      podWith([operator]),
      podWith([{ ...operator, env: [] }]),
      ['remove spec.containers[name=operator].env[name=A]'],
    ],
    [
      'an empty selector',
      { from: [{ podSelector: {} }] },
      { from: [{ podSelector: {}, namespaceSelector: {} }] },
      ['add from[0].namespaceSelector'],
    ],
    ['an order of arguments', { args: ['a', 'b'] }, { args: ['b', 'a'] }, ['remove args[0]', 'add args[1]']],
    ['an inserted argument', { args: ['a', 'c'] }, { args: ['a', 'b', 'c'] }, ['add args[1]']],
    [
      'JSON of a ConfigMap',
      { data: { 'a.json': '{"a":{"b":1}}' } },
      { data: { 'a.json': '{"a":{"b":2}}' } },
      ['replace data["a.json"].a.b'],
    ],
    [
      'YAML of a ConfigMap',
      { data: { 'a.yaml': 'a:\n  b: 1\n' } },
      { data: { 'a.yaml': 'a:\n  b: 2\n' } },
      ['replace data["a.yaml"].a.b'],
    ],
    ['text of a ConfigMap', { data: { a: 'one' } }, { data: { a: 'two' } }, ['replace data.a']],
    [
      'a panel of a dashboard',
      { panels: [{ id: 1, title: 'a' }, { id: 2 }] },
      { panels: [{ id: 2 }, { id: 1, title: 'b' }] },
      ['replace panels[id=1].title'],
    ],
  ])('differ in %s', (_, base, head, expected) => {
    expect(shown(base, head)).toEqual(expected);
  });

  test('of a custom resource have no defaults of built-in kinds', () => {
    const head = { spec: { type: 'ClusterIP' } };
    expect(shown({ spec: {} }, head)).toEqual([]);
    expect(shown({ spec: {} }, head, 'example.com/v1')).toEqual(['add spec.type']);
  });
});

/** Applies changes to the base: what a reader does in their head. */
function applyChanges(base: unknown, changes: readonly Change[]): unknown {
  const [whole] = changes.filter(({ path }) => path.length === 0);
  if (whole !== undefined) return 'head' in whole ? whole.head : undefined;
  if (changes.length === 0) return base;
  const byStep = new Map<string, { step: Step; changes: Change[] }>();
  for (const change of changes) {
    const [step, ...rest] = change.path;
    if (step === undefined) continue;
    const key = JSON.stringify(step);
    const group = byStep.get(key) ?? { step, changes: [] };
    byStep.set(key, group);
    group.changes.push({ ...change, path: rest satisfies Path });
  }
  const groups = [...byStep.values()];
  return Array.isArray(base) ? applyToList(base, groups) : applyToFields(base, groups);
}

type Groups = readonly { readonly step: Step; readonly changes: readonly Change[] }[];

function applyToFields(base: unknown, groups: Groups): unknown {
  const fields = new Map(Object.entries(isFields(base) ? base : {}));
  for (const { step, changes } of groups) {
    if (step.kind !== 'field') throw new Error(`a map has no ${step.kind}`);
    const value = applyChanges(fields.get(step.name), changes);
    if (value === undefined) fields.delete(step.name);
    else fields.set(step.name, value);
  }
  return Object.fromEntries(fields);
}

function applyToList(base: readonly unknown[], groups: Groups): unknown {
  const gone = new Set<number>();
  const added: (readonly [number, unknown])[] = [];
  const list = [...base];
  for (const { step, changes } of groups) {
    if (step.kind !== 'place') throw new Error(`a list without keys has no ${step.kind}`);
    if (step.base === undefined) added.push([step.head ?? 0, applyChanges(undefined, changes)]);
    else if (step.head === undefined) gone.add(step.base);
    else list[step.base] = applyChanges(list[step.base], changes);
  }
  const kept = list.filter((_, index) => !gone.has(index));
  for (const [place, value] of added.toSorted(([one], [other]) => one - other)) kept.splice(place, 0, value);
  return kept;
}

describe('any two values', () => {
  // no names that give a list merge keys or a field a default: those are no change by intent
  const name = fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__x');
  const tree = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.constantFrom('x', 'y', 'one\ntwo'), fc.integer({ min: 0, max: 3 }), fc.boolean()),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
  })).value;

  test('have no difference from themselves', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(compareValues('v1', value, structuredClone(value))).toEqual([]);
      }),
    );
  });

  test('become each other by their difference', () => {
    fc.assert(
      fc.property(tree, tree, (base, head) => {
        expect(applyChanges(base, compareValues('v1', base, head))).toEqual(head);
      }),
      { numRuns: 500 },
    );
  });

  test('differ the same whatever the order of keyed entries', () => {
    const entries = fc.uniqueArray(fc.record({ name: fc.string(), image: fc.constantFrom('x', 'y') }), {
      selector: ({ name: one }) => one,
      maxLength: 6,
    });
    const shuffled = entries.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, shuffled, ([base, mixedBase], [head, mixedHead]) => {
        expect(compareValues('v1', podWith(mixedBase), podWith(mixedHead))).toEqual(
          compareValues('v1', podWith(base), podWith(head)),
        );
      }),
    );
  });

  test('are as alike as the share of their common leaves', () => {
    expect(similarity({ a: 1, b: 2 }, { a: 1, b: 2 })).toBe(1);
    expect(similarity({ a: 1, b: 2 }, { a: 1, b: 3 })).toBe(0.5);
    expect(similarity({ a: 1 }, { b: 1 })).toBe(0);
  });
});
