import { durationSeconds, type LambdaFunction, type LambdaFunctionStatus } from '../api/index.ts';
import { ApiError, isAlreadyExists } from '../kube/api-error.ts';
import { keyOf } from '../kube/object.ts';
import { type Job, jobEnd, jobResource } from '../specs/job.ts';
import { manager } from '../specs/ownership.ts';
import type { Pod } from '../specs/pod.ts';
import { resolveObject } from './build-objects.ts';
import { byFunction, byJob } from './caches.ts';
import { isRefusal } from './deploy.ts';
import { givenImage } from './destination.ts';
import { msSinceEnd, removeJob } from './jobs.ts';
import type { FunctionPass, StepResult } from './pass.ts';
import { findRefusal } from './refused-pods.ts';
import { requestKey, resolutionDue, resolveJobName } from './resolution.ts';
import { describeVersion, parseVersion, resolvedVersion, sourceFinding, type SourceFacts } from './source-state.ts';
import { fixedVersion, type SourceVersion } from './source-version.ts';
import { validateFunction } from './validation.ts';

export interface SourceResult extends StepResult<SourceFacts> {
  /** What the status keeps. */
  readonly resolution: LambdaFunctionStatus['sourceStatus'];
}

/** How long after a failure the source is asked again, in milliseconds: sooner where it may have passed by itself. */
const cooldownMs = { retrying: 60_000, stalled: 600_000 } as const;

/** A quota may have room again, without an object that changes. */
const refusedMs = 60_000;
/** By then the cache shows a Job that was made a moment ago. */
const startingMs = 500;

/** Validates what the schema cannot, and finds out what the source is now. */
export async function reconcileSource(pass: FunctionPass): Promise<SourceResult> {
  const { function: fn, settings } = pass;
  const { maxTimeoutSeconds, enforceUsableBy, builds, registry } = settings;
  const rules = { registry, maxTimeoutSeconds, enforceUsableBy, builder: builds.builder };
  const before = fn.status?.sourceStatus;
  const [fault] = validateFunction(fn, rules, pass.objects);
  if (fault !== undefined) return { facts: { kind: 'invalid', finding: fault }, resolution: before };
  const image = givenImage(fn.spec);
  if (image !== undefined) return { facts: { kind: 'image', image }, resolution: undefined };
  const version = fixedVersion(fn.spec);
  return version === undefined
    ? resolve(pass)
    : { facts: { kind: 'resolved', version }, resolution: { revision: describeVersion(version) } };
}

async function resolve(pass: FunctionPass): Promise<SourceResult> {
  const { function: fn, today } = pass;
  const resolution = fn.status?.sourceStatus;
  const due = resolutionDue(fn, today().getTime());
  const known = resolution?.requestKey === requestKey(fn) ? parseVersion(resolution.revision) : undefined;
  if (due.kind === 'now' || known === undefined) return ask(pass, known);
  await removeAnswered(pass);
  const facts = { kind: 'resolved', version: known } as const;
  return due.kind === 'later' ? { facts, resolution, againMs: due.ms } : { facts, resolution };
}

/** While a source is asked again, what it was goes on to count. */
async function ask(pass: FunctionPass, known: SourceVersion | undefined): Promise<SourceResult> {
  const { caches, function: fn } = pass;
  const resolution = fn.status?.sourceStatus;
  const key = `${fn.metadata.namespace}/${resolveJobName(fn)}`;
  const job = caches.jobs.cache.get(key) ?? (await startAsking(pass, key));
  return isJob(job) ? followAsking(pass, job, known) : { ...withoutJob(fn, job), resolution };
}

const isJob = (job: Job | ApiError | undefined): job is Job => job !== undefined && !(job instanceof ApiError);

function withoutJob(fn: LambdaFunction, refusal: ApiError | undefined): StepResult<SourceFacts> {
  return refusal === undefined
    ? { facts: { kind: 'starting', job: resolveJobName(fn) }, againMs: startingMs }
    : { facts: { kind: 'refused', cause: refusal.message }, againMs: refusedMs };
}

async function followAsking(pass: FunctionPass, job: Job, known: SourceVersion | undefined): Promise<SourceResult> {
  const { caches, function: fn } = pass;
  const resolution = fn.status?.sourceStatus;
  const key = keyOf(job);
  const pods = caches.pods.cache.byIndex(byJob, key);
  const version = jobEnd(job)?.type === 'Complete' ? resolvedVersion(pods) : undefined;
  if (version !== undefined) return answered(pass, version);
  const refusal = await findRefusal(pass, job, pods);
  const facts: SourceFacts =
    known === undefined
      ? { kind: 'resolving', job, pods, refusal: refusal.cause }
      : { kind: 'resolved', version: known };
  const againMs = (await retryLater(pass, job, pods)) ?? refusal.againMs;
  return againMs === undefined ? { facts, resolution } : { facts, resolution, againMs };
}

function answered({ function: fn, today }: FunctionPass, version: SourceVersion): SourceResult {
  const now = today().toISOString();
  const pollMs = durationSeconds(fn.spec.source.pollInterval ?? '0s') * 1000;
  const resolution = { revision: describeVersion(version), resolvedAt: now, requestKey: requestKey(fn) };
  const facts = { kind: 'resolved', version } as const;
  return pollMs === 0 ? { facts, resolution } : { facts, resolution, againMs: pollMs };
}

/** Undefined where a Job of the name is there and not in the cache yet; what the API server says when it refuses the Job. */
async function startAsking(pass: FunctionPass, key: string): Promise<Job | ApiError | undefined> {
  const { caches, client, context, function: fn, settings } = pass;
  const wanted = resolveObject(fn, settings);
  if (wanted === undefined) throw new Error(`a source of type ${fn.spec.source.type} is not asked`);
  const options = { fieldManager: manager, signal: context.signal };
  try {
    return await context.creating(`${caches.jobs.name} ${key}`, () => client.create(jobResource, wanted, options));
  } catch (error) {
    if (isRefusal(error)) return error;
    if (isAlreadyExists(error)) return undefined;
    throw error;
  }
}

/** Removes a Job that failed long enough ago, so that another one is made. Milliseconds until then; undefined while it runs. */
async function retryLater(pass: FunctionPass, job: Job, pods: readonly Pod[]): Promise<number | undefined> {
  if (jobEnd(job) === undefined) return undefined;
  const { severity } = sourceFinding({ kind: 'resolving', job, pods, refusal: undefined });
  const ms = cooldownMs[severity === 'stalled' ? 'stalled' : 'retrying'] - msSinceEnd(job, pass.today());
  if (ms <= 0) await removeJob(pass, job);
  return Math.max(ms, 1000);
}

/** The status has the answer: the Jobs that were asked are of no use any more. */
async function removeAnswered(pass: FunctionPass): Promise<void> {
  const { caches, key } = pass;
  for (const job of caches.jobs.cache.byIndex(byFunction, key)) {
    if (job.metadata.name.startsWith('resolve-') && jobEnd(job) !== undefined) await removeJob(pass, job);
  }
}
