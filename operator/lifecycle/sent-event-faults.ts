import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { buildSentEventSchemas } from '../api/index.ts';

const validators = new Map<string, ValidateFunction>();

/** For tests: what breaks the schema of an event that is sent; a type without a schema is a fault. */
export function sentEventFaults(type: string, data: unknown): readonly string[] {
  const schema = buildSentEventSchemas().get(type);
  if (schema === undefined) return [`${type} has no schema; add one to operator/api/sent-events.ts`];
  // formats are told, not checked: patterns say the same
  const validate = validators.get(type) ?? new Ajv2020({ allErrors: true, validateFormats: false }).compile(schema);
  validators.set(type, validate);
  if (validate(data)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${type}${instancePath}: ${message}`);
}

/** After a test: throws where something broke a schema. */
export function expectNoFaults(faults: readonly unknown[]): void {
  if (faults.length > 0) throw new Error(faults.map(String).join('\n'));
}
