import { z } from 'zod';
import type { ValidationRule } from './validation-rule.ts';

type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The keywords of OpenAPI v3 that a CRD of this product uses. */
export interface StructuralSchema {
  description?: string | undefined;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | undefined;
  format?: 'int32' | 'int64' | 'date-time' | undefined;
  enum?: JsonValue[] | undefined;
  default?: JsonValue | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  pattern?: string | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  minProperties?: number | undefined;
  maxProperties?: number | undefined;
  not?: StructuralSchema | undefined;
  required?: string[] | undefined;
  properties?: Record<string, StructuralSchema> | undefined;
  items?: StructuralSchema | undefined;
  additionalProperties?: StructuralSchema | undefined;
  'x-kubernetes-int-or-string'?: true | undefined;
  'x-kubernetes-preserve-unknown-fields'?: true | undefined;
  'x-kubernetes-list-type'?: 'map' | undefined;
  'x-kubernetes-list-map-keys'?: string[] | undefined;
  'x-kubernetes-validations'?: ValidationRule[] | undefined;
}

const validationRule = z.strictObject({
  rule: z.string(),
  message: z.string(),
  reason: z.enum(['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired']).optional(),
  fieldPath: z.string().optional(),
});

/** Any other keyword is an error, and the order of keys is the order here. */
const structuralSchema: z.ZodType<StructuralSchema> = z.lazy(() =>
  z.strictObject({
    description: z.string().optional(),
    type: z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean']).optional(),
    format: z.enum(['int32', 'int64', 'date-time']).optional(),
    enum: z.array(z.json()).optional(),
    default: z.json().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.int().optional(),
    maxLength: z.int().optional(),
    pattern: z.string().optional(),
    minItems: z.int().optional(),
    maxItems: z.int().optional(),
    minProperties: z.int().optional(),
    maxProperties: z.int().optional(),
    not: structuralSchema.optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), structuralSchema).optional(),
    items: structuralSchema.optional(),
    additionalProperties: structuralSchema.optional(),
    'x-kubernetes-int-or-string': z.literal(true).optional(),
    'x-kubernetes-preserve-unknown-fields': z.literal(true).optional(),
    'x-kubernetes-list-type': z.literal('map').optional(),
    'x-kubernetes-list-map-keys': z.array(z.string()).optional(),
    'x-kubernetes-validations': z.array(validationRule).optional(),
  }),
);

type JsonSchema = z.core.JSONSchema.BaseSchema;

const typeBounds: ReadonlySet<unknown> = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

function dropTypeBounds(schema: JsonSchema): void {
  schema.format ??= 'int64';
  if (typeBounds.has(schema.minimum)) delete schema.minimum;
  if (typeBounds.has(schema.maximum)) delete schema.maximum;
}

function toStructural({ jsonSchema: schema }: { jsonSchema: JsonSchema }): void {
  if (schema.type === 'integer') dropTypeBounds(schema);
  // The format alone makes the API server check it.
  if (schema.format === 'date-time') delete schema.pattern;
  // A choice of types is not structural; the meta of such a schema says in bounds what the choice said.
  if (schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
    delete schema.anyOf;
  }
  if (schema.properties === undefined) return;
  // Forbidden beside properties; unknown keys are pruned, or refused under fieldValidation=Strict.
  delete schema.additionalProperties;
  if (Object.keys(schema.properties).length === 0) delete schema.properties;
}

/** Renders a zod schema as the structural OpenAPI v3 schema of a CRD; throws on what a CRD cannot say. */
export function toStructuralSchema(schema: z.ZodType): StructuralSchema {
  const jsonSchema = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'throw',
    override: toStructural,
  });
  return structuralSchema.parse(jsonSchema);
}
