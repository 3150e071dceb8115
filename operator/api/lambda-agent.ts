import { z } from 'zod';
import { agentSpec } from './agent-spec.ts';
import { agentStatus } from './agent-status.ts';
import { apiVersion } from './group.ts';
import { manifestMetadata, objectMetadata } from './object-metadata.ts';

const typeMeta = { apiVersion: z.literal(apiVersion), kind: z.literal('LambdaAgent') };

/** A LambdaAgent as the API server returns it. An unknown key in the spec is an error; CEL rules are the API server's. */
export const lambdaAgentSchema = z.object({
  ...typeMeta,
  metadata: objectMetadata,
  spec: agentSpec,
  status: agentStatus.optional(),
});
export type LambdaAgent = z.infer<typeof lambdaAgentSchema>;
export type LambdaAgentSpec = LambdaAgent['spec'];

/** A LambdaAgent as a person writes it. */
export const lambdaAgentManifestSchema = z.strictObject({
  ...typeMeta,
  metadata: manifestMetadata,
  spec: agentSpec,
});
