import { annotations, type LambdaFunction } from '../api/index.ts';
import { ApiError } from '../kube/api-error.ts';
import { keyOf } from '../kube/object.ts';
import { buildJobName } from '../specs/build-job.ts';
import { builders } from '../specs/builders.ts';
import { type Job, jobEnd } from '../specs/job.ts';
import { type BuildFacts, buildFinding, type BuildJobFacts, builtImage } from './build-state.ts';
import { type BuiltImage, imageOf, referenceOf, sharedImage } from './built-image.ts';
import { byContentKey, byJob, byOwner } from './caches.ts';
import { type ContentKey, contentKey, contentKeyText, parseContentKey } from './content-key.ts';
import { destinationOf, tagKey } from './destination.ts';
import { type Finding, findingOf } from './finding.ts';
import { isImageGone } from './gone-image.ts';
import { joinJob, leaveJob, msSinceEnd } from './jobs.ts';
import type { FunctionPass, StepResult } from './pass.ts';
import { platformParts } from './platform-parts.ts';
import { decideRebuild } from './rebuild.ts';
import { findRefusal } from './refused-pods.ts';
import { fetchFailure, type SourceFacts } from './source-state.ts';
import type { SourceVersion } from './source-version.ts';
import { ensureFiles, startBuild } from './start-build.ts';

export interface BuildResult extends StepResult<BuildFacts> {
  /** What to run; undefined while there is nothing. */
  readonly image: string | undefined;
  readonly isRebuildAvailable: boolean;
  /** The source is no longer what it was resolved to. */
  readonly isSourceStale: boolean;
}

/** What is wanted of a build: the version of a source, and the key of the content that it leads to. */
export interface WantedBuild {
  readonly version: SourceVersion;
  readonly key: ContentKey;
  readonly contentKey: string;
}

const nothing = { image: undefined, isRebuildAvailable: false, isSourceStale: false } as const;

/** Makes an image of the source, unless there is one: every function with the same content waits for the same Job. */
export async function reconcileBuild(pass: FunctionPass, source: SourceFacts): Promise<BuildResult> {
  const { function: fn, settings, wrappers } = pass;
  if (source.kind === 'image') {
    await leaveOthers(pass, undefined);
    return { ...nothing, facts: { kind: 'skipped' }, image: source.image };
  }
  if (source.kind !== 'resolved') return { ...nothing, facts: { kind: 'waitsForSource' } };
  const key = contentKey(fn, source.version, platformParts(fn.spec, settings.registry, wrappers));
  const wanted = { version: source.version, key, contentKey: contentKeyText(key) };
  const before = fn.status?.buildStatus;
  const running = imageOf(fn);
  const decision = decideRebuild({
    built: running === undefined ? undefined : before?.contentKey,
    wanted: key,
    upgrade: fn.spec.upgrade,
    rebuilding: upgrading(pass),
  });
  if (decision !== 'build' && running !== undefined) {
    const kept = await keep(pass, wanted, running);
    return { ...kept, isRebuildAvailable: decision === 'available' };
  }
  await leaveOthers(pass, fn.metadata.annotations[annotations.cancelBuild] === 'true' ? undefined : wanted.contentKey);
  return build(pass, wanted);
}

/** The image stays, unless the registry has lost it: then it is built once more. */
async function keep(pass: FunctionPass, wanted: WantedBuild, running: BuiltImage): Promise<BuildResult> {
  const job = newestJob(pass, running.contentKey);
  const reference = referenceOf(running);
  const isRunning = job !== undefined && jobEnd(job) === undefined;
  const isGone = !isRunning && isImageGone(pass, reference, job);
  if (!isGone && !isRepeating(pass, job)) {
    pass.slots.leave(pass.key);
    await leaveOthers(pass, undefined);
    return built(running);
  }
  await leaveOthers(pass, wanted.contentKey);
  const isSame = wanted.contentKey === running.contentKey;
  const again = isSame ? await repeat(pass, wanted, isGone ? undefined : job) : await build(pass, wanted);
  return { ...again, image: again.image ?? reference };
}

/** @param job that is at it; undefined begins one */
function repeat(pass: FunctionPass, wanted: WantedBuild, job: Job | undefined): Promise<BuildResult> {
  if (job !== undefined) return followJob(pass, wanted, job);
  const last = newestJob(pass, wanted.contentKey);
  const attempts = [pass.function.status?.buildStatus?.attempt ?? 1, last === undefined ? 1 : attemptOf(last)];
  return begin(pass, wanted, Math.max(...attempts) + 1);
}

/** Whether a Job was made because an image was gone, and what it made is not in the status yet. */
function isRepeating({ function: fn }: FunctionPass, job: Job | undefined): boolean {
  const { attempt = 1, completedAt } = fn.status?.buildStatus ?? {};
  return job !== undefined && (attemptOf(job) > attempt || (attempt > 1 && completedAt === undefined));
}

async function build(pass: FunctionPass, wanted: WantedBuild): Promise<BuildResult> {
  const { function: fn, slots } = pass;
  if (fn.metadata.annotations[annotations.cancelBuild] === 'true') {
    slots.leave(pass.key);
    return { ...nothing, facts: { kind: 'cancelled' } };
  }
  const job = newestJob(pass, wanted.contentKey);
  if (job !== undefined) return followJob(pass, wanted, job);
  const shared = sharedImage(pass, wanted.contentKey);
  if (shared !== undefined) {
    slots.leave(pass.key);
    return built(shared);
  }
  const failed = failedBefore(fn, wanted.contentKey);
  return failed === undefined
    ? begin(pass, wanted, 1)
    : { ...nothing, facts: { kind: 'failedBefore', finding: failed } };
}

const built = (one: BuiltImage): BuildResult => ({
  ...nothing,
  facts: { kind: 'built', ...one },
  image: referenceOf(one),
});

/** A failure that the status tells of counts until the content changes, also when its Job is gone. */
function failedBefore({ status }: LambdaFunction, text: string): Finding<'BuildReady'> | undefined {
  if (status === undefined) return undefined;
  const { buildStatus = {}, conditions = [] } = status;
  if (buildStatus.error === undefined || parseJobName(buildStatus.jobName)?.contentKey !== text) return undefined;
  const found = conditions.filter(({ type }) => type === 'BuildReady').map((one) => findingOf('BuildReady', one))[0];
  return found?.severity === 'stalled' ? found : undefined;
}

function parseJobName(name = ''): { readonly contentKey: string; readonly attempt: number } | undefined {
  const [, text, attempt] = /^build-([0-9a-f-]+)-([0-9]+)$/.exec(name) ?? [];
  return text === undefined ? undefined : { contentKey: text, attempt: Number(attempt) };
}

const attemptOf = ({ metadata }: Job): number => parseJobName(metadata.name)?.attempt ?? 1;

function newestJob({ caches, function: { metadata } }: FunctionPass, text: string): Job | undefined {
  return caches.jobs.cache
    .byIndex(byContentKey, `${metadata.namespace}/${text}`)
    .filter((job) => job.metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => attemptOf(one) - attemptOf(other))
    .at(-1);
}

/** Builds of content that the function does not want any more. */
async function leaveOthers(pass: FunctionPass, text: string | undefined): Promise<void> {
  const { caches, function: fn } = pass;
  for (const job of caches.jobs.cache.byIndex(byOwner, fn.metadata.uid)) {
    const about = parseJobName(job.metadata.name);
    if (about === undefined || about.contentKey === text || jobEnd(job) !== undefined) continue;
    if (job.metadata.deletionTimestamp === undefined) await leaveJob(pass, job);
  }
}

async function begin(pass: FunctionPass, wanted: WantedBuild, attempt: number): Promise<BuildResult> {
  const { function: fn, slots } = pass;
  const job = `${fn.metadata.namespace}/${buildJobName(wanted.contentKey, attempt)}`;
  const turn = slots.ask({ key: pass.key, namespace: fn.metadata.namespace, since: queuedSince(pass), job });
  if (turn.kind === 'queued') {
    return { ...nothing, facts: { ...turn, allowed: slots.allowed }, againMs: queueMs };
  }
  const made = turn.kind === 'build' ? await startBuild(pass, wanted, attempt) : undefined;
  if (made instanceof ApiError) {
    return { ...nothing, facts: { kind: 'refused', cause: made.message }, againMs: refusedMs };
  }
  return made === undefined
    ? { ...nothing, facts: { kind: 'starting', job }, againMs: startingMs }
    : { ...nothing, facts: jobFacts(pass, wanted, made), againMs: startingPodMs };
}

/** A place in the queue is told anew so often. */
const queueMs = 30_000;
/** By then the cache shows a Job that another pass creates. */
const startingMs = 500;
/** By then a new Job has its pod, or an Event says why not. */
const startingPodMs = 3000;
/** A quota may have room again, without an object that changes. */
const refusedMs = 60_000;

function queuedSince({ function: { status }, today }: FunctionPass): string {
  const condition = status?.conditions?.find(({ type }) => type === 'BuildReady');
  return condition?.reason === 'BuildQueued' ? condition.lastTransitionTime : today().toISOString();
}

async function followJob(pass: FunctionPass, wanted: WantedBuild, job: Job): Promise<BuildResult> {
  pass.slots.leave(pass.key);
  if (jobEnd(job) === undefined) {
    const joined = await joinJob(pass, job);
    const facts = jobFacts(pass, wanted, joined);
    await ensureFiles(pass, joined, facts.pods);
    const { againMs, cause } = await findRefusal(pass, joined, facts.pods);
    const whole = { ...nothing, facts: { ...facts, refusal: cause } };
    return againMs === undefined ? whole : { ...whole, againMs };
  }
  const facts = jobFacts(pass, wanted, job);
  const image = builtImage(facts);
  return image === undefined ? retry(pass, wanted, facts) : { ...nothing, facts, image };
}

/** Attempts at what may pass by itself are made after half a minute, doubled each time up to ten minutes. */
const cooldownMs = (attempt: number): number => Math.min(30_000 * 2 ** (attempt - 1), 600_000);

async function retry(pass: FunctionPass, wanted: WantedBuild, facts: BuildJobFacts): Promise<BuildResult> {
  const source = fetchFailure(facts.job, facts.pods);
  const { severity } = source ?? buildFinding(facts);
  if (severity === 'stalled') return { ...nothing, facts };
  const ms = cooldownMs(facts.attempt) - msSinceEnd(facts.job, pass.today());
  if (ms > 0) return { ...nothing, facts, againMs: ms };
  if (source?.reason === 'SourceChanged') return { ...nothing, facts, isSourceStale: true };
  return begin(pass, wanted, facts.attempt + 1);
}

function jobFacts({ caches, function: fn, settings }: FunctionPass, wanted: WantedBuild, job: Job): BuildJobFacts {
  const attempt = attemptOf(job);
  const destination = destinationOf(fn, tagKey(wanted.contentKey, attempt), settings.registry);
  const { isTagFixed, pullRepository, pushReference } = destination;
  return {
    kind: 'job',
    job,
    pods: caches.pods.cache.byIndex(byJob, keyOf(job)),
    builder: builders[settings.builds.builder],
    pushReference,
    isTagFixed,
    pullRepository,
    contentKey: wanted.contentKey,
    attempt,
    timeout: fn.spec.build?.timeout ?? '30m',
    refusal: undefined,
  };
}

/** Functions that are being rebuilt because the operator changed, and not for their author. */
function upgrading({ caches, functions, key, slots }: FunctionPass): number {
  const keys = slots.running.flatMap((job) => {
    const author = parseContentKey(parseJobName(job.metadata.name)?.contentKey ?? '')?.author;
    const owners = (job.metadata.ownerReferences ?? []).map(({ name }) => `${job.metadata.namespace}/${name}`);
    return owners.filter((owner) => owner !== key && authorOf(owner) === author && author !== undefined);
  });
  function authorOf(owner: string): string | undefined {
    const object = caches.functions.cache.get(owner);
    const parsed = object && functions.parse(object);
    const text = parsed?.kind === 'function' ? parsed.function.status?.buildStatus?.contentKey : undefined;
    return parseContentKey(text ?? '')?.author;
  }
  return new Set(keys).size;
}
