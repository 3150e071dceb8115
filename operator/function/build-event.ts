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

/** CloudEvents type of what happened to a build. */
export function buildEventType({ spec }: LambdaFunction, event: BuildEvent): string {
  const types: Readonly<Partial<Record<string, string>>> = spec.eventing?.eventTypes ?? {};
  const given = types[event] ?? eventTypes[event];
  const alias = new Map(Object.entries(aliases)).get(event) ?? '';
  return given === eventTypes[event] ? (types[alias] ?? given) : given;
}

/** What the schema fills in, which nobody wrote. */
const unsaidSource = 'knative-lambda-operator';

/** CloudEvents source of what is told of a function. */
export function eventSource({ metadata, spec }: LambdaFunction): string {
  const given = spec.eventing?.eventSource ?? unsaidSource;
  return given === unsaidSource ? `io.knative.lambda/operator/${metadata.namespace}/${metadata.name}` : given;
}
