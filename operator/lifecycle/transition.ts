import { createHash } from 'node:crypto';
import { annotations, type Condition, lifecycleTypes, type PendingEvent } from '../api/index.ts';
import { toSeconds } from '../conditions/judgement.ts';

/** Something that happened to a function, its build, its service, or an agent. */
export interface Transition {
  /** What it is, also where {@link type} has another name. */
  readonly name: string;
  /** CloudEvents type. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An object that events tell of. */
export interface Told {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/**
 * A transition as an event that is still to be sent. Its id is made of the object, the state that was judged and the transition:
 * a pass that is repeated tells the same event.
 */
export function pendingEvent({ metadata }: Told, { data, name, type }: Transition, now: Date): PendingEvent {
  const { annotations: set, resourceVersion, uid } = metadata;
  const correlationId = set[annotations.correlationId];
  const traceParent = set[annotations.traceParent];
  return {
    id: createHash('sha256')
      .update(JSON.stringify([uid, resourceVersion, name]))
      .digest('hex')
      .slice(0, 32),
    type,
    time: toSeconds(now),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(traceParent === undefined ? {} : { traceParent }),
    data,
  };
}

/** Whose status is written: of events it must be the one that was judged. */
export function identityOf(object: Named, isTold: boolean) {
  const { name, namespace, resourceVersion, uid } = object.metadata;
  return { name, namespace, uid, ...(isTold ? { resourceVersion } : {}) };
}

/** A status with the events that wait. */
export const withPending = <Status extends object>(
  status: Status,
  pending: readonly PendingEvent[],
): Status & { readonly pendingEvents?: PendingEvent[] } =>
  pending.length === 0 ? status : { ...status, pendingEvents: [...pending] };

interface Named {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion: string;
    readonly uid: string;
  };
}

/** What a status says that both kinds have. */
export interface WorkloadStatus {
  readonly phase?: string | undefined;
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  readonly serviceStatus?: ServiceStatus | undefined;
}

interface ServiceStatus {
  readonly serviceName?: string | undefined;
  readonly url?: string | undefined;
  readonly ready?: boolean | undefined;
  readonly latestRevision?: string | undefined;
}

type Kind = 'Function' | 'Agent';

/** What happened to the object as a whole between two statuses of it. */
export function wholeTransitions(
  kind: Kind,
  before: WorkloadStatus,
  after: WorkloadStatus,
  more: Readonly<Record<string, unknown>>,
): readonly Transition[] {
  const { conditions = [], observedGeneration: generation = 0, phase } = after;
  const known = before.observedGeneration;
  const ready = conditions.filter(({ type }) => type === 'Ready').map(shortened);
  const data = { ...more, phase, generation, observedGeneration: generation, conditions: ready };
  const health = healthOf(after);
  return [
    ...when(known === undefined, () => told(`created${kind}`, data)),
    ...when(known !== undefined && known < generation, () => told(`updated${kind}`, data)),
    ...(health === 'working' || health === healthOf(before) ? [] : [told(`${health}${kind}`, data)]),
  ];
}

/** What happened to the Knative Service between two statuses. */
export function serviceTransitions(before: ServiceStatus = {}, after: ServiceStatus = {}): readonly Transition[] {
  const { latestRevision, ready, serviceName } = after;
  if (serviceName === undefined) return [];
  const data = serviceData(after);
  const known = before.latestRevision;
  const isUpdated = known !== undefined && latestRevision !== undefined && known !== latestRevision;
  return [
    ...when(before.serviceName === undefined, () => told('createdService', data)),
    ...when(isUpdated, () => told('updatedService', data)),
    ...when(ready === true && before.ready !== true, () => told('readyService', data)),
  ];
}

function serviceData({ latestRevision, ready = false, serviceName, url }: ServiceStatus) {
  return {
    serviceName,
    ready,
    ...(url === undefined ? {} : { url }),
    ...(latestRevision === undefined ? {} : { latestRevision }),
  };
}

/** One transition, if it happened. */
export const when = (hasHappened: boolean, transition: () => Transition): readonly Transition[] =>
  hasHappened ? [transition()] : [];

/** What is told of an object that is gone: its service went with it. */
export function endTransitions(
  kind: Kind,
  { serviceStatus: { serviceName } = {} }: WorkloadStatus,
): readonly Transition[] {
  return [...(serviceName === undefined ? [] : [told('deletedService', { serviceName })]), told(`deleted${kind}`, {})];
}

const told = (name: keyof typeof lifecycleTypes, data: Transition['data']): Transition => ({
  name,
  type: lifecycleTypes[name],
  data,
});

type Health = 'ready' | 'degraded' | 'working';

/** Serving without events is no whole success. */
function healthOf({ conditions = [] }: WorkloadStatus): Health {
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready?.reason === 'ReadyWithoutEvents' || ready?.status === 'False') return 'degraded';
  return ready?.status === 'True' ? 'ready' : 'working';
}

/** The whole message stands in the status: an event must not be larger than brokers take. */
const longestMessage = 1024;

export const shortMessage = (text: string): string => text.slice(0, longestMessage);

function shortened({ lastTransitionTime, message, reason, status, type }: Condition) {
  return { type, status, reason, message: shortMessage(message), lastTransitionTime };
}
