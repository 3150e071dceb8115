import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { InputSchema } from './tool.ts';

/** What is wrong with the arguments of a tool, a line for each; nothing where they fit. */
export type CheckInput = (schema: InputSchema, given: unknown) => readonly string[];

const shownFaults = 20;
const mostSchemas = 1000;
/** Of one pattern. */
const mostSteps = 1000;

/** Checks arguments by schemas of authors, each compiled once. Patterns are RE2's, so that none takes longer than its text is long. */
export function checkInput(): CheckInput {
  const compiled = new Map<string, ValidateFunction>();
  return (schema, given) => {
    const validate = validatorOf(schema);
    if (typeof validate === 'string') return [validate];
    return validate(given) ? [] : (validate.errors ?? []).slice(0, shownFaults).map(lineOf);
  };

  function validatorOf(schema: InputSchema): ValidateFunction | string {
    const text = JSON.stringify(schema);
    const known = compiled.get(text);
    if (known !== undefined) return known;
    try {
      const validate = createAjv().compile(schema);
      const [oldest] = compiled.keys();
      if (compiled.size >= mostSchemas && oldest !== undefined) compiled.delete(oldest);
      compiled.set(text, validate);
      return validate;
    } catch (error) {
      return `the input schema of the tool is wrong: ${error instanceof Error ? error.message.slice(0, 256) : 'unknown'}`;
    }
  }
}

/** One for each schema: what it has compiled it keeps. */
const createAjv = (): Ajv2020 =>
  new Ajv2020({ allErrors: false, strict: false, validateFormats: false, addUsedSchema: false, code: { regExp } });

const regExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > mostSteps) throw new Error('a pattern repeats too much; shorten it');
    // ajv takes patterns with the same text for the same
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  // ajv writes the name of it only into code that it saves
  { code: 'RE2JS' },
);

const lineOf = ({ instancePath, message = 'does not fit', params }: ErrorObject): string => {
  const { allowedValues, additionalProperty } = params;
  const more = Array.isArray(allowedValues) ? ` ${JSON.stringify(allowedValues).slice(0, 256)}` : '';
  const member = typeof additionalProperty === 'string' ? ` (${additionalProperty.slice(0, 64)})` : '';
  return `arguments${instancePath.slice(0, 256)}: ${message}${more}${member}`;
};
