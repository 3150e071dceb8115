import { z } from 'zod';

/** What of the settings names things: read leniently, so that settings of another version can still be told apart. */
const named = z.looseObject({
  name: z.string(),
  namespaces: z.looseObject({ control: z.string(), functions: z.array(z.string()) }).optional(),
});

/** Names that are special to one scope and what stands for them in every scope. */
export type Aliases = readonly (readonly [text: RegExp, alias: string])[];

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The text as a whole name, not as a part of a longer one. */
const whole = (text: string): RegExp => new RegExp(`(?<![\\w-])${escape(text)}(?![\\w-])`, 'g');
/** The text between dashes and the like. */
const word = (text: string): RegExp => new RegExp(`(?<![A-Za-z0-9])${escape(text)}(?![A-Za-z0-9])`, 'g');

/** Hashes of configuration differ between environments whatever changed. */
const hash: Aliases[number] = [/(?<![\w-])[0-9a-f]{16}(?![\w-])/g, '{hash}'];

/** Aliases of an environment, longest name first; those of every scope where the settings name nothing. */
export function aliasesOf(settings: unknown): Aliases {
  const parsed = named.safeParse(settings);
  if (!parsed.success) return [hash];
  const { name, namespaces } = parsed.data;
  const functions = (namespaces?.functions ?? []).filter((one) => one !== namespaces?.control);
  return [
    ...functions.map((one): Aliases[number] => [whole(one), '{functions}']),
    ...(namespaces === undefined ? [] : ([[whole(namespaces.control), '{control}']] as const)),
    [word(name), '{environment}'],
    hash,
  ];
}

/** The text with what is special to its scope replaced: equal in two scopes where the same thing is meant. */
export function toAlias(aliases: Aliases, text: string): string {
  return aliases.reduce((done, [pattern, alias]) => done.replaceAll(pattern, alias), text);
}
