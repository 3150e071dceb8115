import { apiVersion, kinds } from '../operator/api/index.ts';
import type { HealthCheckExpression } from './imports/flux.ts';

const holds = (type: string, value: string): string =>
  `has(status.conditions) && status.conditions.exists(one, one.type == '${type}' && one.status == '${value}')`;

/**
 * Kinds whose status is empty until their controller has seen them, which Flux would take for ready. Neither expression
 * true means that Flux goes on waiting; Flux itself compares the observed generation.
 */
export const readableConditions: readonly HealthCheckExpression[] = [
  ...kinds.map((kind) => ({ apiVersion, kind, current: holds('Ready', 'True'), failed: holds('Stalled', 'True') })),
  {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    current: holds('Ready', 'True'),
    failed: holds('Ready', 'False'),
  },
];
