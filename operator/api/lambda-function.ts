import { z } from 'zod';
import { functionSpec } from './function-spec.ts';
import { functionStatus } from './function-status.ts';
import { apiVersion } from './group.ts';
import { manifestMetadata, objectMetadata } from './object-metadata.ts';

const typeMeta = { apiVersion: z.literal(apiVersion), kind: z.literal('LambdaFunction') };

/** A LambdaFunction as the API server returns it. An unknown key in the spec is an error; CEL rules are the API server's. */
export const lambdaFunctionSchema = z.object({
  ...typeMeta,
  metadata: objectMetadata,
  spec: functionSpec,
  status: functionStatus.optional(),
});
export type LambdaFunction = z.infer<typeof lambdaFunctionSchema>;
export type LambdaFunctionSpec = LambdaFunction['spec'];

/** A LambdaFunction as a person writes it. */
export const lambdaFunctionManifestSchema = z.strictObject({
  ...typeMeta,
  metadata: manifestMetadata,
  spec: functionSpec,
});
