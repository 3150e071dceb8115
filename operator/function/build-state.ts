import type { LambdaFunctionStatus } from '../api/index.ts';
import type { Builder, StepName } from '../specs/builder.ts';
import { stepNames } from '../specs/builder.ts';
import { type Job, type JobCondition, jobEnd } from '../specs/job.ts';
import { containerStatuses, type Pod } from '../specs/pod.ts';
import { finding, type Finding } from './finding.ts';
import { logExcerpt, redact } from './log-excerpt.ts';
import { newestPod, type PodTrouble, podTrouble } from './pod-trouble.ts';

/** What is known of the build of a function. */
export type BuildFacts =
  /** The source is an image. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'waitsForSource' }
  | {
      readonly kind: 'queued';
      /** 1 is next. */
      readonly position: number;
      readonly length: number;
      readonly running: number;
      readonly allowed: number;
    }
  | { readonly kind: 'cancelled' }
  /** The Job cannot be made. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** Another function that waits for the same content has just begun; the key of the Job. */
  | { readonly kind: 'starting'; readonly job: string }
  /** It failed, and its Job is gone: what the status says of it still holds. */
  | { readonly kind: 'failedBefore'; readonly finding: Finding<'BuildReady'> }
  /** The image of this content is there: built before, or found in the registry. */
  | { readonly kind: 'built'; readonly image: string; readonly digest: string; readonly contentKey: string }
  | BuildJobFacts;

export interface BuildJobFacts {
  readonly kind: 'job';
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly builder: Pick<Builder, 'digestStep'>;
  /** `host/repository:tag`, as it is pushed. */
  readonly pushReference: string;
  /** Whether the author chose the tag. */
  readonly isTagFixed: boolean;
  /** `host/repository`, as it is pulled. */
  readonly pullRepository: string;
  readonly contentKey: string;
  readonly attempt: number;
  /** `spec.build.timeout`, for the message. */
  readonly timeout: string;
  /** What the API server said when it refused the pod. */
  readonly refusal: string | undefined;
}

export type BuildStatus = NonNullable<LambdaFunctionStatus['buildStatus']>;

export function buildFinding(facts: BuildFacts): Finding<'BuildReady'> {
  switch (facts.kind) {
    case 'skipped':
      return finding('BuildReady', 'BuildSkipped', {});
    case 'waitsForSource':
      return finding('BuildReady', 'SourceNotReady', {});
    case 'queued':
      return finding('BuildReady', 'BuildQueued', facts);
    case 'cancelled':
      return finding('BuildReady', 'BuildCancelled', {});
    case 'refused':
      return refusedFinding(facts.cause);
    case 'starting':
      return finding('BuildReady', 'BuildRunning', { job: facts.job, step: 'its start' });
    case 'failedBefore':
      return facts.finding;
    case 'built':
      return finding('BuildReady', 'BuildSucceeded', { image: `${facts.image}@${facts.digest}` });
    case 'job':
      return jobFinding(facts);
  }
}

function jobFinding(facts: BuildJobFacts): Finding<'BuildReady'> {
  const { job, pods } = facts;
  const end = jobEnd(job);
  if (end?.type === 'Complete') return completeFinding(facts);
  const pod = newestPod(pods);
  const trouble = pod === undefined ? undefined : podTrouble(pod);
  if (end !== undefined) return failedFinding(facts, end, trouble);
  if (pod === undefined && facts.refusal !== undefined) return refusedFinding(facts.refusal);
  return trouble === undefined ? runningFinding(job, pod) : troubleFinding(facts, trouble);
}

function completeFinding(facts: BuildJobFacts): Finding<'BuildReady'> {
  const digest = builtDigest(facts);
  return digest === undefined
    ? finding('BuildReady', 'DigestMissing', { job: facts.job.metadata.name })
    : finding('BuildReady', 'BuildSucceeded', { image: `${facts.pullRepository}@${digest}` });
}

/** `repository@digest` of a finished build, as nodes pull it; undefined while there is none. */
export function builtImage(facts: BuildJobFacts): string | undefined {
  const digest = builtDigest(facts);
  return digest === undefined ? undefined : `${facts.pullRepository}@${digest}`;
}

/** Digest that a finished build reported; undefined while there is none. */
function builtDigest({ builder, job, pods }: BuildJobFacts): string | undefined {
  if (jobEnd(job)?.type !== 'Complete') return undefined;
  const ended = pods.filter(({ status }) => status?.phase === 'Succeeded');
  const pod = newestPod(ended);
  const step = pod && containerStatuses(pod).find(({ name }) => name === builder.digestStep);
  return /^\s*(sha256:[0-9a-f]{64})\s*$/.exec(step?.state?.terminated?.message ?? '')?.[1];
}

/** The Job says that it failed, the pod says why; a deadline removes the pod. */
function failedFinding(
  facts: BuildJobFacts,
  end: JobCondition,
  trouble: PodTrouble | undefined,
): Finding<'BuildReady'> {
  const job = facts.job.metadata.name;
  if (end.reason === 'DeadlineExceeded') {
    return finding('BuildReady', 'BuildDeadlineExceeded', { job, timeout: facts.timeout });
  }
  if (trouble === undefined) {
    return finding('BuildReady', 'BuildStageFailed', { code: 'unknown', log: redact(end.message ?? end.reason ?? '') });
  }
  return trouble.kind === 'interrupted'
    ? finding('BuildReady', 'BuildEvicted', { job, cause: trouble.cause })
    : troubleFinding(facts, trouble);
}

function refusedFinding(refusal: string): Finding<'BuildReady'> {
  return isQuotaRefusal(refusal)
    ? finding('BuildReady', 'BuildQuotaExceeded', { cause: refusal })
    : finding('BuildReady', 'BuildPodRefused', { cause: refusal });
}

/** Admission says it in these words: k8s.io/apiserver, plugin resourcequota. */
export function isQuotaRefusal(message: string): boolean {
  return /exceeded quota|failed quota/.test(message);
}

function runningFinding(job: Job, pod: Pod | undefined): Finding<'BuildReady'> {
  const step = pod === undefined ? 'its start' : stepOf(pod);
  return finding('BuildReady', 'BuildRunning', { job: job.metadata.name, step });
}

function stepOf(pod: Pod): StepName | 'its start' {
  const running = containerStatuses(pod).find(({ state }) => state?.running !== undefined)?.name;
  return stepNames.find((name) => name === running) ?? 'its start';
}

function troubleFinding(facts: BuildJobFacts, trouble: PodTrouble): Finding<'BuildReady'> {
  const job = facts.job.metadata.name;
  switch (trouble.kind) {
    case 'evicted':
      return finding('BuildReady', 'BuildEvicted', { job, cause: trouble.cause });
    case 'interrupted':
      return finding('BuildReady', 'BuildInterrupted', { job, cause: trouble.cause });
    case 'unschedulable':
      return finding('BuildReady', 'BuildUnschedulable', { job, cause: trouble.cause });
    case 'imagePull':
      return finding('BuildReady', 'BuilderImagePullFailed', { step: trouble.container, cause: trouble.cause });
    case 'configuration':
      return finding('BuildReady', 'BuildPodRefused', { cause: trouble.cause });
    case 'outOfMemory':
      return finding('BuildReady', 'BuildOutOfMemory', { step: trouble.container });
    case 'exit':
      return exitFinding(facts, trouble);
  }
}

type Exit = Extract<PodTrouble, { kind: 'exit' }>;

/** Words of registries: https://distribution.github.io/distribution/spec/api/#errors-2, and those of ECR. */
const throttled =
  /toomanyrequests|too many requests|rate exceeded|throttl|\b(429|500|502|503|504)\b|status code 5\d\d/i;
const immutable = /immutable|TAG_INVALID|ImageTagAlreadyExists/i;
const refused =
  /\b(401|403)\b|unauthorized|denied|forbidden|no basic auth|authentication required|NAME_UNKNOWN|repository .*does not exist/i;

function exitFinding(facts: BuildJobFacts, { code, container, log: words }: Exit): Finding<'BuildReady'> {
  const log = logExcerpt(words);
  const image = facts.pushReference;
  if (container === 'fetch') return finding('BuildReady', 'SourceNotReady', {});
  if (container !== 'push') return finding('BuildReady', 'BuildStageFailed', { code, log });
  if (immutable.test(words)) return finding('BuildReady', facts.isTagFixed ? 'TagImmutable' : 'TagTaken', { image });
  if (throttled.test(words)) return finding('BuildReady', 'RegistryThrottled', { log });
  return refused.test(words)
    ? finding('BuildReady', 'PushRefused', { image, log })
    : finding('BuildReady', 'PushFailed', { image, code, log });
}

/** The part of the status that tells of the build; undefined before there is one. */
export function buildStatus(facts: BuildFacts, before: BuildStatus | undefined): BuildStatus | undefined {
  switch (facts.kind) {
    case 'skipped':
      return undefined;
    case 'waitsForSource':
    case 'queued':
    case 'cancelled':
    case 'refused':
    case 'starting':
    case 'failedBefore':
      return before;
    case 'built':
      return {
        ...before,
        contentKey: facts.contentKey,
        imageURI: `${facts.image}@${facts.digest}`,
        digest: facts.digest,
      };
    case 'job':
      return jobStatus(facts, before);
  }
}

function jobStatus(facts: BuildJobFacts, before: BuildStatus | undefined): BuildStatus {
  const { job, attempt } = facts;
  const end = jobEnd(job);
  const completedAt = job.status?.completionTime ?? end?.lastTransitionTime;
  return {
    jobName: job.metadata.name,
    attempt,
    startedAt: job.status?.startTime ?? job.metadata.creationTimestamp,
    ...(completedAt === undefined ? {} : { completedAt }),
    ...imageStatus(facts, before),
    ...(end?.type === 'Failed' ? { error: jobFinding(facts).message } : {}),
  };
}

/** The image that runs stays named until there is another one. */
function imageStatus(facts: BuildJobFacts, before: BuildStatus = {}): BuildStatus {
  const digest = builtDigest(facts);
  if (digest !== undefined) {
    return { contentKey: facts.contentKey, imageURI: `${facts.pullRepository}@${digest}`, digest };
  }
  const { contentKey, imageURI, digest: running } = before;
  return {
    ...(contentKey === undefined ? {} : { contentKey }),
    ...(imageURI === undefined ? {} : { imageURI }),
    ...(running === undefined ? {} : { digest: running }),
  };
}
