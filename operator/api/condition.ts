import { z } from 'zod';
import { int64 } from './integer.ts';

/** Conditions by kind; Ready, Reconciling and Stalled are kstatus's. */
export const conditionTypes = {
  LambdaFunction: [
    'Ready',
    'Reconciling',
    'Stalled',
    'SourceReady',
    'BuildReady',
    'DeployReady',
    'ExposeReady',
    'RebuildAvailable',
    'SecretsWatched',
    'SpecEffective',
  ],
  LambdaAgent: [
    'Ready',
    'Reconciling',
    'Stalled',
    'SpecAccepted',
    'DeployReady',
    'Eventing',
    'Rights',
    'Supervision',
    'Budget',
    'Monitoring',
    'SecretsWatched',
    'SpecEffective',
  ],
} as const;

export const timestamp = z.iso.datetime({ offset: true });

/** metav1.Condition. */
const condition = z.object({
  type: z.string().min(1).max(316).describe('Name of the condition'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds'),
  observedGeneration: int64(0).optional().describe('Generation of the spec it was judged on'),
  lastTransitionTime: timestamp.describe('When the status last changed'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('Cause, in one CamelCase word'),
  message: z.string().max(32_768).describe('Cause and next action, for people'),
});
export type Condition = z.infer<typeof condition>;

export const conditions = z
  .array(condition)
  .max(32)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
