import type { LambdaFunction, LambdaFunctionStatus } from '../api/index.ts';
import {
  endTransitions,
  serviceTransitions,
  shortMessage,
  type Transition,
  when,
  wholeTransitions,
} from '../lifecycle/transition.ts';
import { type BuildEvent, buildEventType } from './build-event.ts';

/** What happened to a function, its build and its service between its stored status and another. */
export function functionTransitions(fn: LambdaFunction, after: LambdaFunctionStatus): readonly Transition[] {
  const before = fn.status ?? {};
  const { runtime } = fn.spec;
  const of = runtime === undefined ? {} : { runtime };
  const whole = wholeTransitions('Function', before, after, of);
  return [
    ...whole.filter((one) => !isHealthy(one)),
    ...buildTransitions(fn, after),
    ...serviceTransitions(before.serviceStatus, after.serviceStatus),
    ...whole.filter(isHealthy),
  ];
}

const isHealthy = ({ name }: Transition): boolean => name === 'readyFunction' || name === 'degradedFunction';

/** What is told of a function that is gone. */
export function functionEnd(fn: LambdaFunction): readonly Transition[] {
  const { buildStatus } = fn.status ?? {};
  return [
    ...(isRunning(buildStatus) ? [told(fn, 'lifecycleBuildCancelled', buildStatus)] : []),
    ...endTransitions('Function', fn.status ?? {}),
  ];
}

type BuildStatus = NonNullable<LambdaFunctionStatus['buildStatus']>;

const isRunning = (build: BuildStatus | undefined): build is BuildStatus =>
  build?.jobName !== undefined && build.completedAt === undefined;

/** A build that another one takes the place of was cancelled. */
function buildTransitions(fn: LambdaFunction, after: LambdaFunctionStatus): readonly Transition[] {
  const before = fn.status?.buildStatus ?? {};
  const { buildStatus: build = {} } = after;
  const isNew = build.jobName !== undefined && build.jobName !== before.jobName;
  const isEnded = build.completedAt !== undefined && (isNew || isRunning(before));
  const isCancelled = isRunning(before) && (isNew || (!isEnded && wasCancelled(fn, after)));
  return [
    ...when(isCancelled, () => told(fn, 'lifecycleBuildCancelled', before)),
    ...when(isNew, () => told(fn, 'lifecycleBuildStarted', build)),
    ...when(isEnded, () => told(fn, endOf(after), build)),
  ];
}

const reasonOf = (status: LambdaFunctionStatus | undefined): string | undefined =>
  status?.conditions?.find(({ type }) => type === 'BuildReady')?.reason;

const wasCancelled = (fn: LambdaFunction, after: LambdaFunctionStatus): boolean =>
  reasonOf(after) === 'BuildCancelled' && reasonOf(fn.status) !== 'BuildCancelled';

function endOf(after: LambdaFunctionStatus): BuildEvent {
  if (after.buildStatus?.error === undefined) return 'lifecycleBuildCompleted';
  return reasonOf(after) === 'BuildDeadlineExceeded' ? 'lifecycleBuildTimeout' : 'lifecycleBuildFailed';
}

function told(fn: LambdaFunction, event: BuildEvent, build: BuildStatus): Transition {
  const { attempt, completedAt, digest, error, imageURI, jobName, startedAt } = build;
  const isCompleted = event === 'lifecycleBuildCompleted';
  const image = isCompleted ? { imageURI, digest } : {};
  const ended = { completedAt, ...(error === undefined ? {} : { error: shortMessage(error) }) };
  const all = { jobName, attempt, startedAt, ...(event === 'lifecycleBuildStarted' ? {} : ended), ...image };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return { name: event, type: buildEventType(fn, event), data: Object.fromEntries(given) };
}
