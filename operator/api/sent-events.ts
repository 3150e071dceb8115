import { z } from 'zod';
import { eventTypes, lifecycleTypes, notificationTypes } from './event-types.ts';

const time = z.iso.datetime({ offset: true });
const words = z.record(z.string(), z.string());
const count = z.int().min(0);

const object = { name: z.string().min(1).describe('Of what is told of'), namespace: z.string().min(1) };

const condition = z.strictObject({
  type: z.literal('Ready'),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: time,
});

const whole = {
  phase: z.string().optional(),
  generation: count.describe('Of the spec'),
  observedGeneration: count.describe('Of the spec that was judged'),
  conditions: z.array(condition).max(1).describe('Ready, once it is known'),
};

const runtime = z
  .looseObject({ language: z.string(), version: z.string() })
  .optional()
  .describe('As in the spec; absent for an image');

const service = z.strictObject({
  ...object,
  serviceName: z.string().describe('Knative Service'),
  ready: z.boolean(),
  url: z.string().optional(),
  latestRevision: z.string().optional(),
});

const build = {
  ...object,
  jobName: z.string().optional().describe('Job of the build; absent where none was made'),
  attempt: z.int().min(1).optional(),
  startedAt: time.optional(),
};
const ended = { ...build, completedAt: time.optional() };

const alert = z.strictObject({
  alertName: z.string(),
  severity: z.string(),
  status: z.enum(['firing', 'resolved']),
  summary: z.string(),
  description: z.string(),
  labels: words,
  annotations: words,
  startsAt: time,
  endsAt: time.optional().describe('Of an alert that is resolved'),
  fingerprint: z.string(),
});

const audit = z.strictObject({
  action: z.string().describe('Type of the command'),
  resource: z.enum(['lambdafunctions', 'lambdaagents', 'lambdafunctions/deadletters']),
  resourceName: z.string(),
  namespace: z.string(),
  user: z.string(),
  reason: z.string(),
  details: z.strictObject({
    proof: z.string(),
    eventId: z.string(),
    eventSource: z.string(),
    decision: z.string(),
    environment: z.string(),
  }),
  timestamp: time,
});

const order = {
  namespace: z.string(),
  eventId: z.string().describe('Of the event that asked for it'),
  eventSource: z.string().describe('Of the event that asked for it'),
  dryRun: z.boolean(),
};

const ofFunction = z.strictObject({ ...object, runtime, ...whole });
const ofAgent = z.strictObject({ ...object, ...whole });
const gone = z.strictObject(object);

const builds = {
  lifecycleBuildStarted: z.strictObject(build),
  lifecycleBuildCompleted: z.strictObject({
    ...ended,
    imageURI: z.string().optional(),
    digest: z.string().optional(),
  }),
  lifecycleBuildFailed: z.strictObject({ ...ended, error: z.string() }),
  lifecycleBuildTimeout: z.strictObject({ ...ended, error: z.string() }),
  lifecycleBuildCancelled: z.strictObject({ ...ended, error: z.string().optional() }),
} as const satisfies Partial<Record<keyof typeof eventTypes, z.ZodType>>;

const lifecycle = {
  createdFunction: ofFunction,
  updatedFunction: ofFunction,
  readyFunction: ofFunction,
  degradedFunction: ofFunction,
  deletedFunction: gone,
  createdService: service,
  updatedService: service,
  readyService: service,
  deletedService: z.strictObject({ ...object, serviceName: z.string() }),
  createdAgent: ofAgent,
  updatedAgent: ofAgent,
  readyAgent: ofAgent,
  degradedAgent: ofAgent,
  deletedAgent: gone,
} as const satisfies Record<keyof typeof lifecycleTypes, z.ZodType>;

const notifications = {
  criticalAlert: alert,
  warningAlert: alert,
  infoAlert: alert,
  auditAccess: audit,
  auditChange: audit,
  replayedLetters: z.strictObject({
    ...order,
    letters: count.describe('That were chosen'),
    next: z.string().nullable().describe('Where the letters begin that were not'),
    total: count.optional().describe('All that fit, in a dry run'),
    replayed: count.optional(),
    duplicates: count.optional(),
    undecodable: count.optional(),
    failed: count.optional(),
    held: count.optional(),
  }),
  purgedLetters: z.strictObject({ ...order, purged: count, left: count }),
} as const satisfies Record<keyof typeof notificationTypes, z.ZodType>;

const typed = (types: Readonly<Record<string, string>>, schemas: Readonly<Record<string, z.ZodType>>) =>
  Object.entries(schemas).flatMap(([name, schema]) => {
    const type = types[name];
    return type === undefined ? [] : [[type, schema] as const];
  });

/** Version of the set; the second number grows with a new field, the first when one goes or means something else. */
export const sentEventVersion = '1.0.0';

/** The JSON schema, draft 2020-12, of the data of each event type that the product sends. */
export function buildSentEventSchemas(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const all = [
    ...typed(eventTypes, builds),
    ...typed(lifecycleTypes, lifecycle),
    ...typed(notificationTypes, notifications),
  ];
  return new Map(
    all.map(([type, schema]) => {
      const document = z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'throw' });
      return [
        type,
        { ...document, $id: `https://lambda.knative.io/schemas/sent/${sentEventVersion}/${type}`, title: type },
      ];
    }),
  );
}
