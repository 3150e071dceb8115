import { z } from 'zod';
import { lambdaFunctionManifestSchema, sourceTypes } from '../api/index.ts';
import { letterQuerySchema } from './dead-letters/letter-query.ts';
import { commandTypes, invokeTypes, letterOrderTypes, responseTypes } from './event-names.ts';

const dnsLabel = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const words = z.record(z.string(), z.string());
const reason = z.string().max(256).optional().describe('Why; in the audit record, and of a rollback on the function');

const target = {
  name: dnsLabel.optional().describe('Function; the subject of the event when absent'),
  namespace: dnsLabel
    .optional()
    .describe('Namespace of the function; that of the sender or of the setting when absent'),
};

const deploy = z.strictObject({
  metadata: z
    .strictObject({
      name: dnsLabel.describe('Function'),
      namespace: target.namespace,
      labels: words.optional().describe('Merged with those that are there'),
      annotations: words.optional().describe('Merged with those that are there'),
    })
    .describe('name, and if need be namespace, labels and annotations'),
  spec: lambdaFunctionManifestSchema.shape.spec.describe('Replaces the spec that is there'),
});

const remove = z.strictObject({ ...target, reason });

const build = z.strictObject({
  ...target,
  forceRebuild: z.boolean().optional().describe('Accepted from old senders: every start builds anew'),
  reason,
});

const rollback = z.strictObject({
  ...target,
  revision: z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?|sha256:[0-9a-f]{64})$/)
    .describe('Revision, or digest of an image, to go back to'),
  reason,
});

const invoke = z.looseObject({
  payload: z.unknown().optional().describe('What the function gets'),
  correlationId: z.string().max(256).optional().describe('From old senders; the extension correlationid counts'),
  contextId: z.string().max(256).optional().describe('Handed on'),
  timeout: z
    .string()
    .max(20)
    .regex(/^[0-9]+(s|m|h)$/)
    .optional()
    .describe('How long the caller waits'),
});

const response = z.looseObject({
  functionName: z.string().max(253).optional().describe('Function; the subject of the event when absent'),
  namespace: z.string().max(63).optional(),
  statusCode: z.int().min(100).max(599).optional(),
  correlationId: z.string().max(256).optional(),
});

const letters = {
  ...letterQuerySchema.shape,
  namespace: letterQuerySchema.shape.namespace.optional().describe('That of the sender or of the setting when absent'),
  key: z.string().min(1).max(256).optional().describe('One letter; the others are not looked at then'),
  dryRun: z.boolean().optional().describe('Only says how much it is'),
};
const amount = (most: number) => z.int().min(1).max(most).optional();

const letterOrders = {
  replay: z.strictObject({
    ...letters,
    limit: amount(500).describe('Letters at most; 100 when absent'),
    rate: amount(5000).describe('Events in a second; 100 when absent'),
  }),
  purge: z.strictObject({ ...letters, limit: amount(10_000).describe('Letters at most; 1000 when absent') }),
} as const;

const commands = { deploy, delete: remove, rebuild: build, cancelBuild: build, rollback } as const;

const entries: readonly (readonly [string, z.ZodType])[] = [
  ...Object.entries(commandTypes).map(([type, kind]) => [type, commands[kind]] as const),
  ...Object.entries(letterOrderTypes).map(([type, kind]) => [type, letterOrders[kind]] as const),
  ...Object.keys(invokeTypes).map((type) => [type, invoke] as const),
  ...Object.keys(responseTypes).map((type) => [type, response] as const),
];

/** A JSON schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Version of the set; the second number grows with what is allowed, the first with what no longer is. */
export const schemaVersion = '1.1.0';

/** The built-in schema of the data of each event type that has one. */
export function buildEventSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map(entries.map(([type, schema]) => [type, toJsonSchema(type, schema)]));
}

function toJsonSchema(type: string, schema: z.ZodType): JsonSchema {
  const document: JsonSchema = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'throw',
    override: ({ jsonSchema, zodSchema }) => {
      if (zodSchema === deploy.shape.spec) jsonSchema.allOf = specRules();
    },
  });
  return { ...document, $id: `https://lambda.knative.io/schemas/${schemaVersion}/${type}`, title: type };
}

/** The rules of the CRD that a sender breaks most, so that they are told without a question to the API server. */
function specRules() {
  const blocks = sourceTypes.map((type) => ({
    if: sourceIs(type),
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { properties: { source: { required: [type] } } },
  }));
  // oxlint-disable-next-line unicorn/no-thenable -- the same
  return [...blocks, { if: { not: sourceIs('image') }, then: { required: ['runtime'] } }];
}

const sourceIs = (type: string) => ({ properties: { source: { properties: { type: { const: type } } } } });

/** What the handlers read of data that a schema has accepted; whatever else is allowed goes to the API server as it is. */
export const readData = {
  deploy: z.looseObject({
    metadata: z.looseObject({
      name: dnsLabel,
      namespace: dnsLabel.optional(),
      labels: words.default({}),
      annotations: words.default({}),
    }),
    spec: z.record(z.string(), z.unknown()),
  }),
  target: z.looseObject({ name: dnsLabel.optional(), namespace: dnsLabel.optional(), reason: z.string().default('') }),
  rollback: z.looseObject({ revision: rollback.shape.revision }),
} as const;
