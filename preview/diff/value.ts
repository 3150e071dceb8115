/** A map of JSON or YAML. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field of a value, undefined where it is no map or has none. */
export function fieldOf(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) => (isFields(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}

/** The text of a field, empty where there is none. */
export function textOf(value: unknown, ...names: readonly string[]): string {
  const found = fieldOf(value, ...names);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
}

/** The list of a field, empty where there is none. */
export function listOf(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = fieldOf(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** The map of a field, empty where there is none. */
export function fieldsOf(value: unknown, ...names: readonly string[]): Fields {
  const found = fieldOf(value, ...names);
  return isFields(found) ? found : {};
}

/** Texts of a list; what is no text is left out. */
export function textsOf(value: unknown, ...names: readonly string[]): readonly string[] {
  return listOf(value, ...names).filter((one) => typeof one === 'string');
}

/** Whether nothing is said: Kubernetes drops nulls, empty maps and empty lists where nothing else is allowed. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

/** One text for equal values, whatever the order of their keys. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isFields(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
