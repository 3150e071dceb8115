type Schema = Readonly<Record<string, unknown>>;

/** A schema of one field before and after a change, a value of it, and whether the API server refuses the value then. */
interface Narrowed {
  readonly title: string;
  readonly base: Schema;
  readonly head: Schema | undefined;
  readonly value: unknown;
  readonly refused: boolean;
}

const text = { type: 'string' };
const fields = (names: readonly string[], more: Schema = {}): Schema => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, text])),
  ...more,
});
const list = (more: Schema = {}): Schema => ({ type: 'array', items: text, ...more });

/** Changes of a definition whose fate the server alone knows, and the nearest ones that it lets pass. */
export const narrowed: readonly Narrowed[] = [
  {
    title: 'an enum that loses the value',
    base: { ...text, enum: ['a', 'b'] },
    head: { ...text, enum: ['a'] },
    value: 'b',
    refused: true,
  },
  {
    title: 'an enum that gains one',
    base: { ...text, enum: ['a'] },
    head: { ...text, enum: ['a', 'b'] },
    value: 'a',
    refused: false,
  },
  { title: 'a text that gets an enum', base: text, head: { ...text, enum: ['a'] }, value: 'b', refused: true },
  {
    title: 'a lower maximum',
    base: { type: 'integer', maximum: 9 },
    head: { type: 'integer', maximum: 5 },
    value: 7,
    refused: true,
  },
  {
    title: 'a lower minimum',
    base: { type: 'integer', minimum: 5 },
    head: { type: 'integer', minimum: 3 },
    value: 7,
    refused: false,
  },
  {
    title: 'a higher minimum',
    base: { type: 'integer', minimum: 1 },
    head: { type: 'integer', minimum: 8 },
    value: 7,
    refused: true,
  },
  { title: 'a new pattern', base: text, head: { ...text, pattern: '^[0-9]+$' }, value: 'b', refused: true },
  { title: 'a pattern that goes', base: { ...text, pattern: '^b$' }, head: text, value: 'b', refused: false },
  {
    title: 'a shorter text',
    base: { ...text, maxLength: 9 },
    head: { ...text, maxLength: 2 },
    value: 'abc',
    refused: true,
  },
  { title: 'a text that may not be empty', base: text, head: { ...text, minLength: 1 }, value: '', refused: true },
  { title: 'another type', base: text, head: { type: 'integer' }, value: 'b', refused: true },
  { title: 'fewer items', base: list(), head: list({ maxItems: 1 }), value: ['a', 'b'], refused: true },
  {
    title: 'more items at most',
    base: list({ maxItems: 2 }),
    head: list({ maxItems: 3 }),
    value: ['a'],
    refused: false,
  },
  {
    title: 'items of another form',
    base: list(),
    head: { type: 'array', items: { ...text, maxLength: 1 } },
    value: ['ab'],
    refused: true,
  },
  {
    title: 'fewer entries of a map',
    base: { type: 'object', additionalProperties: text },
    head: { type: 'object', additionalProperties: text, maxProperties: 1 },
    value: { a: 'x', b: 'y' },
    refused: true,
  },
  {
    title: 'a field that is newly required',
    base: fields(['a', 'b']),
    head: fields(['a', 'b'], { required: ['b'] }),
    value: { a: 'x' },
    refused: true,
  },
  {
    title: 'a field that is newly required and has a default',
    base: fields(['a', 'b']),
    head: { type: 'object', properties: { a: text, b: { ...text, default: 'y' } }, required: ['b'] },
    value: { a: 'x' },
    refused: false,
  },
  {
    title: 'a field that is no longer required',
    base: fields(['a', 'b'], { required: ['a'] }),
    head: fields(['a', 'b']),
    value: { a: 'x' },
    refused: false,
  },
  {
    title: 'null that is no longer allowed, which the server drops',
    base: { ...text, nullable: true },
    head: text,
    value: null,
    refused: false,
  },
  {
    title: 'null in a field that is required',
    base: fields(['a'], { required: ['a'], properties: { a: { ...text, nullable: true } } }),
    head: fields(['a'], { required: ['a'] }),
    value: { a: null },
    refused: true,
  },
  {
    title: 'a number where a text may stand too',
    base: { 'x-kubernetes-int-or-string': true },
    head: { type: 'integer' },
    value: 'b',
    refused: true,
  },
  { title: 'a field that goes, which the server drops', base: text, head: undefined, value: 'b', refused: false },
];

const [kind, group] = ['Narrowed', 'preview.example.com'];

/** The field that a change is of, by its place in the list. */
export const narrowedField = (index: number): string => `field${index}`;

export const narrowedPath = `/apis/${group}/v1/namespaces/default/narrows`;

/** A definition with the fields of all changes, as they are on one side. */
export function narrowedDefinition(side: 'base' | 'head') {
  const properties = narrowed.flatMap((change, index) => {
    const schema = change[side];
    return schema === undefined ? [] : [[narrowedField(index), schema] as const];
  });
  const spec = { type: 'object', properties: Object.fromEntries(properties) };
  const openAPIV3Schema = { type: 'object', properties: { spec } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `narrows.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural: 'narrows' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

/** An object that has one of the fields only. */
export const narrowedObject = (index: number, value: unknown) => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: narrowedField(index), namespace: 'default' },
  spec: { [narrowedField(index)]: value },
});
