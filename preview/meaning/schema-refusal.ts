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

function scalarFault(schema: Fields, value: unknown): string | undefined {
  const allowed = listOf(schema, 'enum');
  if (allowed.length > 0 && !allowed.includes(value)) return `must be one of ${allowed.map(String).join(', ')}`;
  if (typeof value === 'string') return textFault(schema, value);
  return typeof value === 'number' ? numberFault(schema, value) : undefined;
}

function innerFault(schema: Fields, value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) {
    const items = fieldsOf(schema, 'items');
    return value
      .map((inner, index) => refusalAt(items, inner, `${path}[${index}]`))
      .find((fault) => fault !== undefined);
  }
  if (!isFields(value)) return undefined;
  const missing = textsOf(schema, 'required').find(
    (name) => fieldOf(value, name) === undefined && fieldOf(schema, 'properties', name, 'default') === undefined,
  );
  if (missing !== undefined) return `${path}.${missing} is required`;
  return Object.entries(value)
    .map(([name, inner]) => {
      const property = fieldOf(schema, 'properties', name) ?? fieldOf(schema, 'additionalProperties');
      return isFields(property) ? refusalAt(property, inner, `${path}.${name}`) : undefined;
    })
    .find((fault) => fault !== undefined);
}

function refusalAt(schema: Fields, value: unknown, path: string): string | undefined {
  const fault = typeFault(schema, value) ?? scalarFault(schema, value);
  return fault === undefined ? innerFault(schema, value, path) : `${path.replace(/^\./, '')} ${fault}`;
}

/**
 * Why a structural schema of a CustomResourceDefinition refuses an object; undefined where it accepts it. Rules in CEL
 * are not evaluated: a new one is shown as a narrowing instead.
 */
export function findRefusal(schema: Fields, value: Fields): string | undefined {
  return refusalAt(schema, value, '')?.replace(/^\./, '');
}
