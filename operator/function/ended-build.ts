import type { LambdaFunctionStatus } from '../api/index.ts';
import type { EndedBuild } from './function-metrics.ts';
import { ownerKeys } from './jobs.ts';
import type { FunctionFacts } from './status.ts';

type BuildStatus = NonNullable<LambdaFunctionStatus['buildStatus']>;

/** The build that has ended between the stored status and this one; the first of those that wait for it tells. */
export function endedBuild(
  { build, function: fn }: FunctionFacts,
  { buildStatus: after = {} }: LambdaFunctionStatus,
): EndedBuild | undefined {
  const seconds = secondsOf(after);
  if (build.kind !== 'job' || seconds === undefined || wasEnded(fn.status?.buildStatus, after)) return undefined;
  const [first] = ownerKeys(build.job);
  if (first !== `${fn.metadata.namespace}/${fn.metadata.name}`) return undefined;
  const result = after.error === undefined ? 'success' : 'failed';
  return { runtime: fn.spec.runtime?.language ?? '', result, seconds };
}

function secondsOf({ completedAt, startedAt }: BuildStatus): number | undefined {
  if (completedAt === undefined || startedAt === undefined) return undefined;
  return Math.max(0, Date.parse(completedAt) - Date.parse(startedAt)) / 1000;
}

const wasEnded = (before: BuildStatus = {}, { jobName }: BuildStatus): boolean =>
  before.jobName === jobName && before.completedAt !== undefined;
