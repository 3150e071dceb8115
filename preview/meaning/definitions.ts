import { fieldOf, type Fields, fieldsOf, listOf, textOf, textsOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, type Lens, plural, say } from '../finding.ts';
import { ofKind, type PreviewObject } from '../object.ts';
import { type Pair, pairsOf } from './pair.ts';
import { findRefusal } from './schema-refusal.ts';

interface Narrowing {
  readonly path: string;
  readonly text: string;
}

/** A limit and whether a greater value of it accepts less. */
const limits: readonly (readonly [name: string, greaterIsNarrower: boolean])[] = [
  ['minimum', true],
  ['minLength', true],
  ['minItems', true],
  ['minProperties', true],
  ['maximum', false],
  ['maxLength', false],
  ['maxItems', false],
  ['maxProperties', false],
];

function narrowedLimits(path: string, base: Fields, head: Fields): readonly Narrowing[] {
  return limits.flatMap(([name, greaterIsNarrower]): readonly Narrowing[] => {
    const [from, to] = [fieldOf(base, name), fieldOf(head, name)];
    if (typeof to !== 'number') return [];
    const isNarrower = typeof from !== 'number' || (greaterIsNarrower ? to > from : to < from);
    const before = typeof from === 'number' ? String(from) : 'none';
    return isNarrower ? [{ path, text: say`${name} ${before} → ${to}` }] : [];
  });
}

function narrowedValues(path: string, base: Fields, head: Fields): readonly Narrowing[] {
  const [allowed, now] = [listOf(base, 'enum'), listOf(head, 'enum')];
  if (now.length === 0) return [];
  if (allowed.length === 0) return [{ path, text: say`accepts only ${now.map(String).join(', ')}` }];
  const gone = allowed.filter((value) => !now.includes(value)).map(String);
  return gone.length === 0 ? [] : [{ path, text: say`no longer accepts ${gone.join(', ')}` }];
}

function narrowedForm(path: string, base: Fields, head: Fields): readonly Narrowing[] {
  const keepsAny = fieldOf(base, 'x-kubernetes-preserve-unknown-fields') === true;
  return (['pattern', 'type'] as const).flatMap((name): readonly Narrowing[] => {
    const [from, to] = [textOf(base, name), textOf(head, name)];
    const isNarrower = to !== '' && from !== to && !(name === 'type' && keepsAny);
    return isNarrower ? [{ path, text: say`${name} ${from || 'any'} → ${to}` }] : [];
  });
}

const isNullable = (schema: Fields, name: string): boolean => fieldOf(schema, 'properties', name, 'nullable') === true;

function narrowedRules(path: string, base: Fields, head: Fields): readonly Narrowing[] {
  const known = new Set(listOf(base, 'x-kubernetes-validations').map((rule) => textOf(rule, 'rule')));
  // a field with a default is filled in before it is checked
  const needed = textsOf(head, 'required').filter((name) => fieldOf(head, 'properties', name, 'default') === undefined);
  const required = needed.filter((name) => !textsOf(base, 'required').includes(name));
  // elsewhere the API server drops a null
  const nullable = needed.filter((name) => isNullable(base, name) && !isNullable(head, name));
  return [
    ...required.map((name) => ({ path: `${path}.${name}`, text: 'is newly required' })),
    ...nullable.map((name) => ({ path: `${path}.${name}`, text: say`no longer accepts ${'null'}` })),
    ...listOf(head, 'x-kubernetes-validations')
      .map((rule) => textOf(rule, 'rule'))
      .filter((rule) => !known.has(rule))
      .map((rule) => ({ path, text: say`is checked by the new rule ${rule}` })),
  ];
}

/** What a schema no longer accepts, by path. */
function narrowings(path: string, base: Fields, head: Fields): readonly Narrowing[] {
  const [before, after] = [fieldsOf(base, 'properties'), fieldsOf(head, 'properties')];
  const keeps = fieldOf(head, 'x-kubernetes-preserve-unknown-fields') === true;
  const inner = Object.keys(before).flatMap((name): readonly Narrowing[] => {
    const [from, to] = [fieldsOf(before, name), fieldOf(after, name)];
    const place = `${path}.${name}`;
    if (to === undefined) return keeps ? [] : [{ path: place, text: 'is removed: the API server drops it' }];
    return narrowings(place, from, fieldsOf(after, name));
  });
  const nested = (['items', 'additionalProperties'] as const).flatMap((name) =>
    fieldOf(base, name) === undefined || fieldOf(head, name) === undefined
      ? []
      : narrowings(`${path}[]`, fieldsOf(base, name), fieldsOf(head, name)),
  );
  return [
    ...narrowedLimits(path, base, head),
    ...narrowedValues(path, base, head),
    ...narrowedForm(path, base, head),
    ...narrowedRules(path, base, head),
    ...inner,
    ...nested,
  ];
}

const versionsOf = (value: Fields | undefined): ReadonlyMap<string, unknown> =>
  new Map(listOf(value, 'spec', 'versions').map((version) => [textOf(version, 'name'), version]));

const schemaOf = (version: unknown): Fields => fieldsOf(version, 'schema', 'openAPIV3Schema');

function compareDefinition({ id, base, head }: Pair): readonly Finding[] {
  if (base === undefined || head === undefined) return [];
  const after = versionsOf(head);
  return [...versionsOf(base)].flatMap(([name, version]): readonly Finding[] => {
    if (fieldOf(version, 'served') !== true) return [];
    const next = after.get(name);
    if (next === undefined || fieldOf(next, 'served') !== true) {
      return [finding('definitions', id, say`${name} is no longer served`, 'definition-version-removed')];
    }
    return narrowings(name, schemaOf(version), schemaOf(next)).map(({ path, text }) =>
      finding('definitions', id, `${say`${path}`} ${text}`, 'definition-narrowed'),
    );
  });
}

/** Objects in manifests/ of a kind that a definition describes. */
function samplesOf({ everywhere }: Comparison, definition: Fields): readonly PreviewObject[] {
  const kind = textOf(definition, 'spec', 'names', 'kind');
  const apiGroup = textOf(definition, 'spec', 'group');
  const samples = everywhere.flatMap((objects) => ofKind(objects, kind, apiGroup));
  return [...new Map(samples.map((sample) => [sample.value, sample])).values()];
}

function refusedSamples(comparison: Comparison, { base, head }: Pair): readonly Finding[] {
  if (base === undefined || head === undefined) return [];
  return samplesOf(comparison, head).flatMap(({ id, value }): readonly Finding[] => {
    const version = textOf(value, 'apiVersion').split('/')[1] ?? '';
    const [before, after] = [base, head].map((side) => versionsOf(side).get(version));
    const refusal = findRefusal(schemaOf(after), value);
    const isNew = refusal !== undefined && findRefusal(schemaOf(before), value) === undefined;
    return isNew ? [finding('definitions', id, say`is refused: ${refusal}`, 'sample-refused')] : [];
  });
}

/** Definitions that accept less than before, and the objects of manifests/ that they refuse. */
export const findDefinitions: Lens = (comparison) =>
  pairsOf(comparison, 'apiextensions.k8s.io/CustomResourceDefinition').flatMap((pair) => [
    ...compareDefinition(pair),
    ...refusedSamples(comparison, pair),
    ...(pair.base === undefined
      ? [finding('definitions', pair.id, `serves ${plural(versionsOf(pair.head).size, 'version')}`)]
      : []),
  ]);
