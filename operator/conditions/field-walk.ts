import type { CustomResourceDefinition, StructuralSchema } from '../api/index.ts';

/** For tests: paths of the fields of a spec that hold a value, `[]` for items and `{}` for values of a map. */
export function fieldsOf({ spec }: CustomResourceDefinition): readonly string[] {
  return leaves(spec.versions[0].schema.openAPIV3Schema.properties?.['spec'] ?? {}, '');
}

function leaves(schema: StructuralSchema, path: string): readonly string[] {
  const own = schema.type === undefined && schema.properties !== undefined ? [path] : [];
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    leaves(member, path === '' ? name : `${path}.${name}`),
  );
  if (members.length > 0) return [...own, ...members];
  if (schema.items !== undefined) return leaves(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) return leaves(schema.additionalProperties, `${path}{}`);
  return [path];
}

/** For tests: whether a field is the one of a path, or in it. */
export function isBelow(field: string, path: string): boolean {
  return field === path || (field.startsWith(path) && /^[.[{]/.test(field.slice(path.length)));
}

/** For tests: what stands at a place; ` > ` steps into an object or a list. */
export function valueAt(value: unknown, place: string): unknown {
  return place
    .split(' > ')
    .reduce<unknown>(
      (node, key) => (typeof node === 'object' && node !== null ? new Map(Object.entries(node)).get(key) : undefined),
      value,
    );
}
