import { z } from 'zod';
import { languages } from '../api/index.ts';
import { limitsSchema } from './limits.ts';
import { versionSchema } from './version.ts';

const folder = z.string().startsWith('/').max(1024);
const endpoint = z.url({ protocol: /^https?$/ });

const inlineSource = z.strictObject({
  type: z.literal('inline'),
  /** Where the ConfigMap with the files is mounted. */
  folder,
});

/** AWS, MinIO, and what else speaks the protocol. */
const s3Source = z.strictObject({
  type: z.literal('s3'),
  endpoint,
  /** Whether the bucket goes into the host name, as on AWS, or into the path. */
  addressing: z.enum(['host', 'path']),
  region: z.string().min(1),
  bucket: z.string().min(1),
  /** An object, or what all keys begin with when it ends in `/`. */
  key: z.string().min(1),
});

const gcsSource = z.strictObject({
  type: z.literal('gcs'),
  endpoint: endpoint.default('https://storage.googleapis.com'),
  bucket: z.string().min(1),
  key: z.string().min(1),
});

const gitSource = z.strictObject({
  type: z.literal('git'),
  url: z.string().min(1),
  /** Branch, tag, or commit of at least seven digits. */
  ref: z.string().min(1),
  /** File or folder; empty is all. */
  path: z.string().default(''),
});

/** The plan holds no secret: it says where one is mounted. */
const credentialsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('secret'), folder }),
  /** What the cloud gives to the ServiceAccount of the pod. */
  z.strictObject({ kind: z.literal('identity') }),
]);
export type Credentials = z.infer<typeof credentialsSchema>;

/** What the operator writes into the Job, and fetch carries out. */
export const planSchema = z.strictObject({
  source: z.discriminatedUnion('type', [inlineSource, s3Source, gcsSource, gitSource]),
  credentials: credentialsSchema,
  /** What the source was when it was resolved; anything else is refused. Absent: what it is now. */
  expected: versionSchema.optional(),
  runtime: z.strictObject({
    language: z.enum(languages),
    version: z.string().min(1),
    handler: z.string().min(1).optional(),
  }),
  limits: limitsSchema.prefault({}),
  /**
   * Hosts of the environment that may have private addresses: `host`, `host:port`, or `*.domain` for all below it.
   * Link-local addresses stay refused.
   */
  trustedHosts: z.array(z.string().min(1)).default([]),
  /** Folder to make, in a folder that exists; what was there goes. */
  target: folder,
});
export type Plan = z.infer<typeof planSchema>;
export type SourcePlan<Type extends Plan['source']['type']> = Extract<Plan['source'], { type: Type }>;
export type Runtime = Plan['runtime'];
