/** A field that older versions accepted and that cannot have an effect. */
export interface IneffectiveField {
  /** From `spec`. */
  readonly path: string;
  /** Value that the schema fills in: written by nobody, so that nothing is said of it. */
  readonly unsaid?: unknown;
  readonly instead: string;
}

/** Which of the fields a spec asks for, each as `field: what to do`. */
export function askedInVain(fields: readonly IneffectiveField[], spec: object): readonly string[] {
  return fields
    .filter(({ path, unsaid }) => {
      const value = valueAt(spec, path);
      return value !== undefined && value !== unsaid;
    })
    .map(({ path, instead }) => `spec.${path} (${instead})`);
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined,
      value,
    );
}
