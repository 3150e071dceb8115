import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { buildEventSchemas, type JsonSchema } from './event-data.ts';
import { type Fault, pointerTo } from './fault.ts';

/** Faults named at most: a schema with many alternatives has one for each. */
const shownFaults = 20;

/** The JSON schemas of event data: the built-in ones, or those that a ConfigMap puts in their place. */
export class EventSchemas {
  readonly #builtIn = once(builtIn);
  #loaded: Validators = new Map();
  /** What is loaded, so that the same is not compiled again and again. */
  #documents = '{}';

  /** Whether the type has a schema. */
  has(type: string): boolean {
    return this.#loaded.has(type) || this.#builtIn().has(type);
  }

  /** What is wrong with the data of an event of this type; nothing for a type without a schema. */
  faultsOf(type: string, data: unknown): readonly Fault[] {
    const validate = (this.#loaded.get(type) ?? this.#builtIn().get(type))?.();
    if (validate === undefined || validate(data)) return [];
    return (validate.errors ?? []).filter(isTelling).slice(0, shownFaults).map(toFault);
  }

  /**
   * Puts schemas in the place of the built-in ones of the same types; the rest is as it was built in.
   * @param documents text of JSON by event type, with or without `.json`
   * @throws Error that names the type, when one is no JSON schema; then nothing is changed
   */
  load(documents: Readonly<Record<string, string>>): void {
    const text = JSON.stringify(documents);
    if (text === this.#documents) return;
    const given = Object.entries(documents).map(([name, one]) => [name.replace(/\.json$/, ''), one] as const);
    const ajv = createAjv();
    this.#loaded = new Map(
      given.map(([type, one]) => {
        const validate = compileOne(ajv, type, parseSchema(type, one));
        return [type, () => validate] as const;
      }),
    );
    this.#documents = text;
  }
}

type Validators = ReadonlyMap<string, () => ValidateFunction>;

/** Built-in schemas, made and compiled when first asked for: the largest takes as long as the rest of the start. */
function builtIn(): Validators {
  const ajv = createAjv();
  const compiled = new Map<string, ValidateFunction>();
  return new Map([...buildEventSchemas()].map(([type, schema]) => [type, once(() => compileShared(type, schema))]));

  /** Aliases of a command have the same schema under another name. */
  function compileShared(type: string, { $id: _id, title: _title, ...schema }: JsonSchema): ValidateFunction {
    const text = JSON.stringify(schema);
    const validate = compiled.get(text) ?? compileOne(ajv, type, schema);
    compiled.set(text, validate);
    return validate;
  }
}

function once<Result extends object>(work: () => Result): () => Result {
  let result: Result | undefined;
  return () => (result ??= work());
}

// keywords of Kubernetes and of annotations are not checked; formats are said by patterns
const createAjv = (): Ajv2020 =>
  new Ajv2020({ allErrors: true, strict: false, validateFormats: false, addUsedSchema: false });

function compileOne(ajv: Ajv2020, type: string, schema: JsonSchema): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new Error(`schema of ${type}: ${error instanceof Error ? error.message : String(error)}; correct it`, {
      cause: error,
    });
  }
}

function parseSchema(type: string, text: string): JsonSchema {
  const value: unknown = parse(type, text);
  if (!isSchema(value)) throw new Error(`schema of ${type}: got no JSON object, allowed a schema of draft 2020-12`);
  return value;
}

function parse(type: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`schema of ${type}: got no JSON; correct it`, { cause: error });
  }
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `if` only says that another branch failed. */
const isTelling = ({ keyword }: ErrorObject): boolean => keyword !== 'if';

/** Where, and what is allowed; an unknown or missing member is pointed at itself. */
function toFault({ instancePath, keyword, params, message = '' }: ErrorObject): Fault {
  const at = `/data${instancePath}`;
  switch (keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return { pointer: `${at}${pointerTo(memberOf(params).slice(0, 64))}`, message: 'unknown; remove it' };
    case 'required':
      return { pointer: `${at}${pointerTo(memberOf(params))}`, message: 'missing; add it' };
    case 'enum':
      return { pointer: at, message: `allowed ${JSON.stringify(params['allowedValues'])}` };
    default:
      return { pointer: at, message };
  }
}

function memberOf(params: Readonly<Record<string, unknown>>): string {
  const member = params['missingProperty'] ?? params['additionalProperty'] ?? params['unevaluatedProperty'];
  return typeof member === 'string' ? member : '';
}
