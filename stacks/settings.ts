import { z } from 'zod';

type Schema = z.core.$ZodType;

/** One setting that a schema declares. `[]` steps into the entries of a list. */
export interface Setting {
  readonly path: string;
  readonly description: string | undefined;
  /** Value of the discriminator under which the setting exists; absent where it always does. */
  readonly variant?: string;
  /** Whether a value may stand here, and not only settings below it. */
  readonly isLeaf: boolean;
}

interface Place {
  readonly path: string;
  readonly description: string | undefined;
  readonly variant?: string;
}

function descriptionOf(schema: Schema): string | undefined {
  return z.globalRegistry.get(schema)?.description;
}

function settingAt(place: Place, isLeaf: boolean): readonly Setting[] {
  return place.path === '' ? [] : [{ ...place, isLeaf }];
}

function settingsOfObject(schema: z.ZodObject, { path, variant }: Place): readonly Setting[] {
  return Object.entries(schema.shape).flatMap(([key, value]) =>
    settingsBelow(value, {
      path: path === '' ? key : `${path}.${key}`,
      description: descriptionOf(value),
      ...(variant === undefined ? {} : { variant }),
    }),
  );
}

function variantOf(option: Schema, discriminator: string): string {
  const tag: Schema | undefined = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
  return tag instanceof z.ZodLiteral ? [...tag.values].map(String).join(', ') : '';
}

function settingsOfUnion(schema: z.ZodUnion, place: Place): readonly Setting[] {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def;
    return [
      ...settingAt(place, false),
      ...schema.options.flatMap((option) =>
        settingsBelow(option, { ...place, variant: variantOf(option, discriminator) }).slice(1),
      ),
    ];
  }
  const groups = schema.options.filter((option) => option instanceof z.ZodObject);
  return [
    ...settingAt(place, groups.length < schema.options.length),
    ...groups.flatMap((option) => settingsOfObject(option, place)),
  ];
}

const leaves = [z.ZodString, z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodLiteral, z.ZodRecord] as const;

function settingsBelow(schema: Schema, place: Place): readonly Setting[] {
  if (schema instanceof z.ZodOptional) {
    const inner = schema.unwrap();
    return settingsBelow(inner, { ...place, description: place.description ?? descriptionOf(inner) });
  }
  if (schema instanceof z.ZodObject) {
    return [...settingAt(place, false), ...settingsOfObject(schema, place)];
  }
  if (schema instanceof z.ZodUnion) {
    return settingsOfUnion(schema, place);
  }
  if (schema instanceof z.ZodArray) {
    return schema.element instanceof z.ZodObject
      ? [...settingAt(place, false), ...settingsOfObject(schema.element, { ...place, path: `${place.path}[]` })]
      : settingAt(place, true);
  }
  if (leaves.some((leaf) => schema instanceof leaf)) {
    return settingAt(place, true);
  }
  throw new Error(`stacks/settings.ts cannot look into a ${schema.constructor.name}, found at ${place.path}; teach it`);
}

/** Every setting that a schema declares, groups before what they hold, in the order of declaration. */
export function settingsOf(schema: Schema): readonly Setting[] {
  return settingsBelow(schema, { path: '', description: undefined });
}
