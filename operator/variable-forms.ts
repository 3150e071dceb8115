import { z } from 'zod';

export const truth = z.enum(['true', 'false']).transform((word) => word === 'true');

export const wholeNumber = z
  .string()
  .regex(/^[0-9]+$/, 'a whole number')
  .transform(Number);

export const wholeWithin = (least: number, most: number) =>
  z.string().transform(Number).pipe(z.int('a whole number').min(least).max(most));

export const httpAddress = z.url({ protocol: /^https?$/, error: 'an http or https address' });

/** Name of a namespace. */
export const namespace = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a name of lower-case letters, digits and hyphens');

/** Names, with commas between them. */
export const namespaces = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(namespace));

/** Some of these words, with commas between them. */
export const wordsOf = <Word extends string>(words: readonly Word[]) =>
  z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(words)));

/** A variable that holds JSON. @param form what it holds, for the message */
export const json = <Schema extends z.ZodType>(schema: Schema, form: string) =>
  z.string().transform((text, context): z.output<Schema> => {
    const { data, success } = schema.safeParse(parseJson(text));
    if (success) return data;
    context.issues.push({ code: 'custom', input: text, message: form });
    return z.NEVER;
  });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
