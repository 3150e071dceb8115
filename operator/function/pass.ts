import type { LambdaFunction } from '../api/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../reconcile/event-recorder.ts';
import type { StatusOutbox } from '../lifecycle/outbox.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import type { WrapperHashes } from '../runtimes/wrapper.ts';
import type { BuildSlots } from './build-slots.ts';
import type { FunctionCaches } from './caches.ts';
import type { FunctionMetrics } from './function-metrics.ts';
import type { KnownFunctions } from './known-functions.ts';
import type { ReferencedObjects } from '../specs/reference.ts';
import type { FunctionSettings } from './settings.ts';

/** What passes ask of the API server. */
export type FunctionClient = Pick<KubeClient, 'apply' | 'applyStatus' | 'create' | 'delete' | 'get' | 'list' | 'merge'>;

/** What every pass over every function shares. */
export interface FunctionWorld {
  readonly client: FunctionClient;
  readonly caches: FunctionCaches;
  readonly functions: KnownFunctions;
  readonly settings: FunctionSettings;
  readonly wrappers: WrapperHashes;
  readonly slots: BuildSlots;
  readonly recorder: Pick<EventRecorder, 'record'>;
  readonly outbox: StatusOutbox;
  readonly metrics: FunctionMetrics;
  readonly today: () => Date;
}

/** One pass over one function. */
export interface FunctionPass extends FunctionWorld {
  readonly key: string;
  readonly function: LambdaFunction;
  /** What is known of the Secrets and ConfigMaps of its namespace. */
  readonly objects: ReferencedObjects;
  readonly context: ReconcileContext;
}

/** What a step found, and after how many milliseconds it must look again if nothing changes. */
export interface StepResult<Facts> {
  readonly facts: Facts;
  readonly againMs?: number;
}
