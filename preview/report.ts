import { z } from 'zod';
import { isCode } from './codes.ts';
import { topicNames } from './topic.ts';

const scopes = z.array(z.string()).min(1).describe('environments, clusters/<name> or shared');
const object = z
  .string()
  .describe(
    'kind, namespace and name; {control}, {functions} and {environment} stand for what differs between environments',
  );

const difference = z.strictObject({
  op: z.enum(['add', 'remove', 'replace']),
  path: z.string().describe('fields with dots, entries of lists by their merge key'),
  base: z.unknown().optional(),
  head: z.unknown().optional(),
});

const changeSchema = z.strictObject({
  change: z.enum(['added', 'removed', 'changed', 'renamed']),
  engine: z.enum(['cluster', 'cloud']),
  kind: z.string(),
  object,
  from: z.string().optional().describe('what a renamed object was called'),
  differences: z.array(difference),
  value: z.record(z.string(), z.unknown()).optional().describe('the whole object, where it was added or removed'),
});

const meaningSchema = z.strictObject({
  topic: z.enum(topicNames).describe('what it is about'),
  object,
  text: z.string(),
});

const dangerSchema = z.strictObject({
  code: z.string().refine(isCode).describe('docs/reference/preview-codes.md'),
  severity: z.enum(['danger', 'warning']),
  object,
  text: z.string(),
  file: z.string().optional().describe('where the object is, below manifests/<scope>/; absent where it is in no file'),
});

/** The report as JSON; docs/reference/preview.schema.json is made from it. */
export const reportSchema = z.strictObject({
  version: z.literal(1),
  base: z.strictObject({ commit: z.string() }),
  head: z.strictObject({
    commit: z.string(),
    clean: z.boolean().describe('false where the working tree differs from the commit'),
  }),
  from: z.enum(['rendered', 'committed']).describe('whether both sides were rendered or read from manifests/'),
  environments: z.array(z.string()).describe('all environments, changed or not'),
  dangers: z.array(
    dangerSchema.extend({
      scopes,
      acknowledged: z.string().optional().describe('the reason that the pull request gives'),
    }),
  ),
  meaning: z.array(meaningSchema.extend({ scopes })),
  changes: z.array(changeSchema.extend({ scopes })),
  notices: z.array(z.string()).describe('what a reader must know about the report itself'),
});

export type Report = z.output<typeof reportSchema>;
export type ReportChange = Report['changes'][number];
export type ReportDanger = Report['dangers'][number];
export type ReportMeaning = Report['meaning'][number];
export type Difference = z.output<typeof difference>;

export const parseChange = (value: unknown): z.output<typeof changeSchema> => changeSchema.parse(value);
export const parseMeaning = (value: unknown): z.output<typeof meaningSchema> => meaningSchema.parse(value);
export const parseDanger = (value: unknown): z.output<typeof dangerSchema> => dangerSchema.parse(value);
