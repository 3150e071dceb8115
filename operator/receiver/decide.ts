import { annotations as keys } from '../api/index.ts';
import { type CloudEvent, correlationOf } from './cloud-event.ts';
import type { Command, FunctionReference, Instruction, Refresh } from './command.ts';
import { type EventPosition, formatPosition, isStale, parsePosition, positionOf } from './event-position.ts';
import { eventToken, isHandled, withHandled } from './handled-events.ts';
import type { RefusalReason } from './refusal.ts';
import { replacingPatch } from './replacing-patch.ts';

type Words = Readonly<Record<string, string>>;

/** A function as far as commands look at it. */
export interface PresentFunction {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly isDeleting: boolean;
  readonly annotations: Words;
  readonly spec: unknown;
  /** Of the status; undefined before the operator has seen it. */
  readonly phase: string | undefined;
}

export interface NewFunction {
  readonly metadata: FunctionReference & { readonly labels: Words; readonly annotations: Words };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Members that change; a member of the spec that is null goes. */
export interface FunctionPatch {
  readonly metadata: FunctionReference & {
    readonly resourceVersion: string;
    readonly labels?: Words;
    readonly annotations: Words;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Why a command that is accepted changes nothing. */
export type NoEffect = 'duplicate' | 'stale' | 'absent' | 'deleting' | 'notBuilding' | 'pending';

/** What a command comes to, given what is there. */
export type Decision =
  | { readonly kind: 'create'; readonly object: NewFunction }
  | { readonly kind: 'patch'; readonly members: FunctionPatch }
  | {
      readonly kind: 'delete';
      readonly target: FunctionReference;
      readonly uid: string;
      readonly resourceVersion: string;
    }
  | { readonly kind: 'nothing'; readonly because: NoEffect }
  | { readonly kind: 'refuse'; readonly reason: RefusalReason; readonly message: string };

/**
 * Decides without looking anywhere else: the same event and the same function always give the same decision.
 * @param present undefined where there is no such function
 * @param now milliseconds since 1970
 */
export function decide(
  command: Instruction,
  event: CloudEvent,
  present: PresentFunction | undefined,
  now: number,
): Decision {
  if (command.kind === 'refresh') return decideRefresh(command, event, present, now);
  const position = positionOf(event, now);
  if (present === undefined) return decideAbsent(command, event, position);
  if (isHandled(present.annotations[keys.handledCloudEvents], eventToken(event))) return nothing('duplicate');
  const last = parsePosition(present.annotations[trackOf(command)]);
  if (isStale(position, last)) return nothing('stale');
  if (present.isDeleting) return decideDeleting(command);
  return decidePresent({ command, event, present, position });
}

const nothing = (because: NoEffect): Decision => ({ kind: 'nothing', because });

/** The operator waits longer than this for other changes to come, so one that is as young stands for this one too. */
const refreshMs = 2000;

/**
 * Not remembered as other events are, of which those of a hundred files would leave nothing; looking at a source once more
 * changes nothing. Nor ordered: the source says what is there now.
 */
function decideRefresh(
  { target }: Refresh,
  event: CloudEvent,
  present: PresentFunction | undefined,
  now: number,
): Decision {
  if (present === undefined) return nothing('absent');
  if (present.isDeleting) return nothing('deleting');
  const age = now - Date.parse(present.annotations[keys.sourceChanged] ?? '');
  if (age >= 0 && age < refreshMs) return nothing('pending');
  const annotations = { [keys.sourceChanged]: new Date(now).toISOString(), ...contextOf(event) };
  return {
    kind: 'patch',
    members: { metadata: { ...target, resourceVersion: present.resourceVersion, annotations } },
  };
}

/** What changes the spec is ordered by itself: a build that was asked for meanwhile does not make a deploy stale. */
function trackOf({ kind }: Command): string {
  switch (kind) {
    case 'deploy':
    case 'delete':
    case 'rollback':
      return keys.specEventPosition;
    case 'rebuild':
    case 'cancelBuild':
      return keys.buildEventPosition;
  }
}

function decideAbsent(command: Command, event: CloudEvent, position: EventPosition): Decision {
  const { name, namespace } = command.target;
  switch (command.kind) {
    case 'delete':
      return nothing('absent');
    case 'rebuild':
    case 'cancelBuild':
    case 'rollback':
      return { kind: 'refuse', reason: 'unknown_target', message: `no function ${namespace}/${name}; deploy it first` };
    case 'deploy': {
      const { annotations, labels, spec, target } = command;
      const origin = {
        [keys.createdByCloudEvent]: 'true',
        [keys.cloudEventId]: event.id,
        [keys.cloudEventSource]: event.source,
      };
      const notes = { ...annotations, ...origin, ...notesOf(command, event, {}, position) };
      return { kind: 'create', object: { metadata: { ...target, labels, annotations: notes }, spec } };
    }
  }
}

/** A deploy must not be lost to a deletion that is under way: it is tried again until the object is gone. */
function decideDeleting(command: Command): Decision {
  const { name, namespace } = command.target;
  if (command.kind === 'delete') return nothing('deleting');
  const message = `function ${namespace}/${name} is being deleted; try again when it is gone`;
  return command.kind === 'deploy'
    ? { kind: 'refuse', reason: 'dependency_unavailable', message }
    : { kind: 'refuse', reason: 'unknown_target', message };
}

interface Facts {
  readonly command: Command;
  readonly event: CloudEvent;
  readonly present: PresentFunction;
  readonly position: EventPosition;
}

function decidePresent({ command, event, present, position }: Facts): Decision {
  const { resourceVersion, uid } = present;
  const { target } = command;
  const notes = notesOf(command, event, present.annotations, position);
  const patch = (own: Words): Decision => ({
    kind: 'patch',
    members: { metadata: { ...target, resourceVersion, annotations: { ...own, ...notes } } },
  });
  switch (command.kind) {
    case 'delete':
      return { kind: 'delete', target, uid, resourceVersion };
    case 'deploy': {
      const { annotations, labels, spec } = command;
      const metadata = {
        ...target,
        resourceVersion,
        labels,
        annotations: { ...annotations, ...lifted(present), ...notes },
      };
      return { kind: 'patch', members: { metadata, spec: replacingPatch(present.spec, spec) } };
    }
    case 'rebuild':
      return patch({ [keys.rebuildRequested]: eventToken(event), ...lifted(present) });
    case 'cancelBuild':
      return isBuilding(present) ? patch({ [keys.cancelBuild]: 'true' }) : nothing('notBuilding');
    case 'rollback':
      return patch({
        [keys.rollbackRequested]: eventToken(event),
        [keys.rollbackTarget]: command.revision,
        [keys.rollbackReason]: command.reason,
      });
  }
}

const isBuilding = ({ phase }: PresentFunction): boolean => phase === 'Building' || phase === 'Pending';

/** A build that was cancelled stays so until the annotation goes, and whoever deploys wants a build. */
const lifted = ({ annotations }: PresentFunction): Words =>
  annotations[keys.cancelBuild] === 'true' ? { [keys.cancelBuild]: 'false' } : {};

/** What every command leaves on its function: that it was handled, where it stands in order, what it is part of. */
function notesOf(command: Command, event: CloudEvent, before: Words, position: EventPosition): Words {
  const last = parsePosition(before[trackOf(command)]);
  return {
    [keys.lastCloudEventId]: event.id,
    [keys.handledCloudEvents]: withHandled(before[keys.handledCloudEvents], eventToken(event)),
    [trackOf(command)]: formatPosition({ ...position, time: position.time ?? last?.time }),
    ...contextOf(event),
  };
}

function contextOf(event: CloudEvent): Words {
  const traceParent = event.extensions['traceparent'];
  return {
    [keys.correlationId]: correlationOf(event),
    ...(traceParent === undefined ? {} : { [keys.traceParent]: traceParent }),
  };
}
