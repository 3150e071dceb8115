import { customResourceDefinitions, type StructuralSchema } from '../../operator/api/index.ts';

type CustomResourceDefinition = ReturnType<typeof customResourceDefinitions>[number];

interface Field {
  readonly path: string;
  readonly schema: StructuralSchema;
  readonly required: boolean;
}

const code = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Members of an object, of the objects in a list, or of the values in a map. */
function membersOf({ path, schema }: Pick<Field, 'path' | 'schema'>): Field[] {
  if (schema.items !== undefined) return membersOf({ path: `${path}[]`, schema: schema.items });
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).map(([name, member]) => ({
    path: path === '' ? name : `${path}.${name}`,
    schema: member,
    required: required.includes(name),
  }));
}

function descendantsOf(field: Pick<Field, 'path' | 'schema'>): Field[] {
  return membersOf(field).flatMap((member) => [member, ...descendantsOf(member)]);
}

const leavesRoom = (minimum = 0, maximum = Infinity): boolean => minimum <= maximum;

/** Without a type, bounds that exclude each other say which types are refused. */
function untypedName(schema: StructuralSchema): string {
  const names = [
    leavesRoom(schema.minimum, schema.maximum) ? 'number' : undefined,
    'string',
    leavesRoom(schema.minProperties, schema.maxProperties) ? 'object' : undefined,
  ];
  return names.filter((name) => name !== undefined).join(' or ');
}

function typeName(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (schema.type === undefined) return untypedName(schema);
  if (schema.items !== undefined) return `list of ${typeName(schema.items)}`;
  if (schema.additionalProperties !== undefined) return `map of ${typeName(schema.additionalProperties)}`;
  if (schema.format === 'date-time') return 'time';
  return schema.type;
}

function rangeText(minimum: number | undefined, maximum: number | undefined, unit: string): string[] {
  if (minimum !== undefined && maximum !== undefined) {
    return minimum > maximum ? [] : [`${minimum} to ${maximum}${unit}`];
  }
  if (minimum !== undefined) return [`at least ${minimum}${unit}`];
  return maximum === undefined ? [] : [`at most ${maximum}${unit}`];
}

function allowedValues(schema: StructuralSchema): string {
  const nested = schema.items ?? schema.additionalProperties;
  const each = nested === undefined ? '' : allowedValues(nested);
  return [
    ...(schema.enum ?? []).map((value) => code(JSON.stringify(value))),
    ...rangeText(schema.minimum, schema.maximum, ''),
    ...rangeText(schema.minLength, schema.maxLength, ' characters'),
    ...rangeText(schema.minItems, schema.maxItems, ' items'),
    ...(schema.type === 'object' ? rangeText(schema.minProperties, schema.maxProperties, ' keys') : []),
    ...(schema.pattern === undefined ? [] : [code(schema.pattern)]),
    ...(each === '' ? [] : [`each: ${each}`]),
  ].join(', ');
}

function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map(({ path, schema, required }) => [
    code(path),
    typeName(schema),
    required ? 'yes' : '',
    schema.default === undefined ? '' : code(JSON.stringify(schema.default)),
    allowedValues(schema),
    (schema.description ?? '').replaceAll('|', String.raw`\|`),
  ]);
  return table(['Field', 'Type', 'Required', 'Default', 'Allowed', 'Meaning'], rows);
}

/** The members themselves first, then one table for each member that has members of its own. */
function part(title: 'spec' | 'status', schema: StructuralSchema): string[] {
  const members = membersOf({ path: '', schema });
  const blocks = members
    .map((member) => ({ path: member.path, fields: descendantsOf(member) }))
    .filter(({ fields }) => fields.length > 0);
  return [
    `### ${title}`,
    fieldTable(members),
    ...blocks.flatMap(({ path, fields }) => [`#### ${title}.${path}`, fieldTable(fields)]),
  ];
}

function ruleRows(field: Pick<Field, 'path' | 'schema'>): string[][] {
  const own = (field.schema['x-kubernetes-validations'] ?? []).map(({ rule, message }) => [
    field.path === '' ? 'the object' : code(field.path),
    code(rule),
    message,
  ]);
  const { items } = field.schema;
  const inner = items === undefined ? membersOf(field) : [{ path: `${field.path}[]`, schema: items }];
  return [...own, ...inner.flatMap(ruleRows)];
}

function section({ spec }: CustomResourceDefinition): string[] {
  const [{ name, schema, additionalPrinterColumns: columns }] = spec.versions;
  const { openAPIV3Schema } = schema;
  const parts = openAPIV3Schema.properties ?? {};
  const { kind, plural, shortNames, categories } = spec.names;
  const names = [plural, ...shortNames, ...categories].map(code).join(', ');
  return [
    `## ${kind}`,
    openAPIV3Schema.description ?? '',
    `${code(`${spec.group}/${name}`)}, namespaced. For kubectl: ${names}.`,
    ...part('spec', parts['spec'] ?? {}),
    ...part('status', parts['status'] ?? {}),
    '### Rules across fields',
    'The API server checks these when an object is written.',
    table(['Where', 'Rule', 'Message'], ruleRows({ path: '', schema: openAPIV3Schema })),
    '### Columns of kubectl get',
    table(
      ['Column', 'Path', 'Shown', 'Meaning'],
      columns.map((column) => [
        column.name,
        code(column.jsonPath),
        column.priority === 1 ? 'with `-o wide`' : 'always',
        column.description,
      ]),
    ),
  ];
}

/** Renders the reference of both kinds from the CRDs, as Markdown. */
export function renderCrdReference(): string {
  const blocks = [
    '# Custom resources',
    'Generated from `operator/api`; change the schemas there. A default applies when the object around the field is present.',
    ...customResourceDefinitions().flatMap(section),
  ];
  return `${blocks.join('\n\n')}\n`;
}
