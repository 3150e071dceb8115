import { buildAgentController } from './agent/controller.ts';
import type { Config } from './config.ts';
import { buildFunctionController } from './function/controller.ts';
import type { KubeClient } from './kube/client.ts';
import type { Clock } from './kube/clock.ts';
import type { Informers } from './kube/informers.ts';
import type { Controller } from './reconcile/controller.ts';
import type { LifecycleEvents } from './lifecycle/lifecycle-events.ts';
import type { EventRecorder } from './reconcile/event-recorder.ts';
import type { WrapperHashes } from './runtimes/wrapper.ts';
import type { ControllerTelemetry } from './telemetry/controller-telemetry.ts';
import type { MetricRegistry } from './telemetry/metric-registry.ts';

/** What controllers are built from; all of it is shared. */
export interface ControllerParts {
  readonly config: Config;
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly telemetry: ControllerTelemetry;
  readonly registry: MetricRegistry;
  /** Tells people what happened to an object. */
  readonly recorder: Pick<EventRecorder, 'record'>;
  /** Tells programs what happened to an object. */
  readonly lifecycle: Pick<LifecycleEvents, 'outbox'>;
  /** Of what this program puts into images. */
  readonly wrappers: WrapperHashes;
  /** One that stands by counts nothing. */
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Builds the controller of each kind that the operator serves. */
export const controllers: readonly ((parts: ControllerParts) => Controller)[] = [
  buildFunctionController,
  buildAgentController,
];
