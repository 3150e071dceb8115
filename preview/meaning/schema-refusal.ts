import { fieldOf, type Fields, fieldsOf, isFields, listOf, textOf, textsOf } from '../diff/value.ts';

function typeFault(schema: Fields, value: unknown): string | undefined {
  const type = textOf(schema, 'type');
  const isOfType: Readonly<Record<string, boolean>> = {
    '': true,
    string: typeof value === 'string',
    integer: Number.isInteger(value),
    number: typeof value === 'number',
    boolean: typeof value === 'boolean',
    array: Array.isArray(value),
    object: isFields(value),
  };
  if (fieldOf(schema, 'x-kubernetes-int-or-string') === true || isOfType[type] === true) return undefined;
  return value === null && fieldOf(schema, 'nullable') === true ? undefined : `must be of type ${type}`;
}

function textFault(schema: Fields, value: string): string | undefined {
  const pattern = textOf(schema, 'pattern');
  const [least, most] = [fieldOf(schema, 'minLength'), fieldOf(schema, 'maxLength')];
  if (pattern !== '' && !new RegExp(pattern, 'u').test(value)) return `must match ${pattern}`;
  if (typeof least === 'number' && value.length < least) return `must have ${least} characters at least`;
  return typeof most === 'number' && value.length > most ? `must have ${most} characters at most` : undefined;
}

function numberFault(schema: Fields, value: number): string | undefined {
  const [least, most] = [fieldOf(schema, 'minimum'), fieldOf(schema, 'maximum')];
  if (typeof least === 'number' && value < least) return `must be ${least} at least`;
  return typeof most === 'number' && value > most ? `must be ${most} at most` : undefined;
}

function countFault(schema: Fields, value: unknown): string | undefined {
  const [noun, count] = Array.isArray(value)
    ? (['Items', value.length] as const)
    : (['Properties', Object.keys(isFields(value) ? value : {}).length] as const);
  const [least, most] = [fieldOf(schema, `min${noun}`), fieldOf(schema, `max${noun}`)];
  if (typeof least === 'number' && count < least) return `must have ${least} entries at least`;
  return typeof most === 'number' && count > most ? `must have ${most} entries at most` : undefined;
}

function ownFault(schema: Fields, value: unknown): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'object' ? countFault(schema, value) : scalarFault(schema, value);
}

function scalarFault(schema: Fields, value: unknown): string | undefined {
  const allowed = listOf(schema, 'enum');
  if (allowed.length > 0 && !allowed.includes(value)) return `must be one of ${allowed.map(String).join(', ')}`;
  if (typeof value === 'string') return textFault(schema, value);
  return typeof value === 'number' ? numberFault(schema, value) : undefined;
}

/** A null that a field does not allow is dropped, as if it were not there. */
function isDropped(schema: Fields, name: string, value: unknown): boolean {
  return value === null && fieldOf(schema, 'properties', name, 'nullable') !== true;
}

function innerFault(schema: Fields, value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) {
    const items = fieldsOf(schema, 'items');
    return value
      .map((inner, index) => refusalAt(items, inner, `${path}[${index}]`))
      .find((fault) => fault !== undefined);
  }
  if (!isFields(value)) return undefined;
  const given = Object.entries(value).filter(([name, inner]) => !isDropped(schema, name, inner));
  const names = new Set(given.map(([name]) => name));
  const missing = textsOf(schema, 'required').find(
    (name) => !names.has(name) && fieldOf(schema, 'properties', name, 'default') === undefined,
  );
  if (missing !== undefined) return `${path}.${missing} is required`;
  return given
    .map(([name, inner]) => {
      const property = fieldOf(schema, 'properties', name) ?? fieldOf(schema, 'additionalProperties');
      return isFields(property) ? refusalAt(property, inner, `${path}.${name}`) : undefined;
    })
    .find((fault) => fault !== undefined);
}

function refusalAt(schema: Fields, value: unknown, path: string): string | undefined {
  const fault = typeFault(schema, value) ?? ownFault(schema, value);
  return fault === undefined ? innerFault(schema, value, path) : `${path.replace(/^\./, '')} ${fault}`;
}

/**
 * Why a structural schema of a CustomResourceDefinition refuses an object; undefined where it accepts it. Rules in CEL
 * are not evaluated: a new one is shown as a narrowing instead.
 */
export function findRefusal(schema: Fields, value: Fields): string | undefined {
  return refusalAt(schema, value, '')?.replace(/^\./, '');
}
