import type { z } from 'zod';

/** Flags with what they mean: the field is the name of the flag, its description is what help says. */
export type FlagSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

export interface ParsedFlags {
  /** As they were typed; the schema has not seen them. */
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}

/** Reads `--name=value` and `--name value`, with one dash or two; a flag without a value is true. */
export function parseFlags(names: readonly string[], args: readonly string[]): ParsedFlags {
  const allowed = [...names, 'help'].map((name) => `--${name}`).join(', ');
  const values: Record<string, string> = {};
  const faults: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const { word = '', name = '', value } = readFlag(args[index]);
    const next = args[index + 1];
    if (!names.includes(name)) faults.push(`flag: got ${word}, allowed ${allowed}; correct or remove it`);
    else if (value !== undefined) values[name] = value;
    else if (next === undefined || next.startsWith('-')) values[name] = 'true';
    else {
      values[name] = next;
      index += 1;
    }
  }
  return { values, faults };
}

const readFlag = (text = ''): Readonly<Record<string, string | undefined>> =>
  /^(?<word>--?(?<name>[a-z][a-z-]*))(?:=(?<value>.*))?$/s.exec(text)?.groups ?? { word: text };

/** A line for each flag. */
export function describeFlags(schema: FlagSchema): string {
  const rows = Object.entries(schema.shape).map(([name, { description = '' }]) => [`--${name}`, description]);
  return rows.map(([name = '', text = '']) => `  ${name.padEnd(29)}${text}\n`).join('');
}
