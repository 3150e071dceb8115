import { z } from 'zod';
import { conditions, timestamp } from './condition.ts';
import { int32, int64 } from './integer.ts';
import { pendingEvents } from './pending-event.ts';

export const functionPhases = ['Pending', 'Building', 'Deploying', 'Ready', 'Failed', 'Deleting'] as const;

const sourceStatus = z.object({
  revision: z.string().optional().describe('What the source resolved to: commit, version, ETag or hash'),
  resolvedAt: timestamp.optional().describe('When it was resolved'),
  requestKey: z.string().optional().describe('Hash of the source that was asked for its version'),
});

const buildStatus = z.object({
  jobName: z.string().optional().describe('Job of the build'),
  contentKey: z.string().optional().describe('Hash of all that goes into the image'),
  imageURI: z.string().optional().describe('Image, as pods pull it'),
  digest: z.string().optional().describe('Digest of that image'),
  startedAt: timestamp.optional().describe('When the build began'),
  completedAt: timestamp.optional().describe('When the build ended'),
  error: z.string().optional().describe('Why the build failed'),
  attempt: int32(0).optional().describe('Number of builds of this content'),
});

const serviceStatus = z.object({
  serviceName: z.string().optional().describe('Knative Service'),
  url: z.string().optional().describe('Address of the function'),
  ready: z.boolean().optional().describe('Whether the Knative Service is ready'),
  replicas: int32(0).optional().describe('Running pods'),
  latestRevision: z.string().optional().describe('Newest revision that is ready'),
  pinnedTo: z.string().optional().describe('Revision or image digest that a rollback named last'),
  pinnedGeneration: int64(0).optional().describe('Generation of the spec that the rollback was asked for'),
});

export const functionStatus = z.object({
  phase: z.enum(functionPhases).optional().describe('Where the function is, in one word'),
  observedGeneration: int64(0).optional().describe('Generation of the spec that this status is about'),
  sourceStatus: sourceStatus.optional().describe('What the source resolved to'),
  buildStatus: buildStatus.optional().describe('The last build'),
  serviceStatus: serviceStatus.optional().describe('The running service'),
  pendingEvents,
  conditions: conditions.optional().describe('State of each step, and Ready for all of them'),
});
export type LambdaFunctionStatus = z.infer<typeof functionStatus>;
