import { eventTypes, type LambdaFunction } from '../api/index.ts';

/** What happens to a build, by the key of its event type in `spec.eventing.eventTypes`. */
export type BuildEvent =
  | 'lifecycleBuildStarted'
  | 'lifecycleBuildCompleted'
  | 'lifecycleBuildFailed'
  | 'lifecycleBuildTimeout'
  | 'lifecycleBuildCancelled';

/** Old names of the same types; they count where the new one says nothing. */
const aliases = {
  lifecycleBuildCompleted: 'buildComplete',
  lifecycleBuildFailed: 'buildFailed',
  lifecycleBuildTimeout: 'buildTimeout',
} as const;

/** Attributes of a CloudEvent that tells of a function. */
export interface EventAttributes {
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  /** Extension: what the event is part of. */
  readonly correlationid?: string;
}

/** Attributes of the event that tells of a build. @param correlationId of what asked for it */
export function buildEventAttributes(
  fn: LambdaFunction,
  event: BuildEvent,
  correlationId: string | undefined,
): EventAttributes {
  const { name, namespace } = fn.metadata;
  return {
    type: eventType(fn, event),
    source: eventSource(fn),
    subject: `${namespace}/${name}`,
    ...(correlationId === undefined ? {} : { correlationid: correlationId }),
  };
}

function eventType({ spec }: LambdaFunction, event: BuildEvent): string {
  const types: Readonly<Partial<Record<string, string>>> = spec.eventing?.eventTypes ?? {};
  const given = types[event] ?? eventTypes[event];
  const alias = new Map(Object.entries(aliases)).get(event) ?? '';
  return given === eventTypes[event] ? (types[alias] ?? given) : given;
}

/** What the schema fills in, which nobody wrote. */
const unsaidSource = 'knative-lambda-operator';

function eventSource({ metadata, spec }: LambdaFunction): string {
  const given = spec.eventing?.eventSource ?? unsaidSource;
  return given === unsaidSource ? `io.knative.lambda/operator/${metadata.namespace}/${metadata.name}` : given;
}
