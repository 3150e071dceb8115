import { z } from 'zod';
import { type Job, jobEnd } from '../specs/job.ts';
import { containerStatuses, type Pod, type TerminatedState } from '../specs/pod.ts';
import { finding, type Finding } from './finding.ts';
import { logExcerpt, redact } from './log-excerpt.ts';
import { newestPod } from './pod-trouble.ts';
import type { SourceVersion } from './source-version.ts';

/** What is known of the source of a function. */
export type SourceFacts =
  /** Validation found what nobody but a person can change. */
  | { readonly kind: 'invalid'; readonly finding: Finding<'SourceReady'> }
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'resolved'; readonly version: SourceVersion }
  /** The Job that asks for the version cannot be made. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** The Job that asks for the version is there and not known yet; its name. */
  | { readonly kind: 'starting'; readonly job: string }
  /** A Job asks for the version; its pods are those that are there, its refusal says why there are none. */
  | {
      readonly kind: 'resolving';
      readonly job: Job;
      readonly pods: readonly Pod[];
      readonly refusal: string | undefined;
    };

const versionSchema = z.object({
  kind: z.enum(['commit', 'versionId', 'etag', 'generation', 'listing', 'digest']),
  value: z.string().min(1),
});

/** A version as the status has it; undefined for what is none. */
export function parseVersion(text = ''): SourceVersion | undefined {
  const space = text.indexOf(' ');
  return versionSchema.safeParse({ kind: text.slice(0, space), value: text.slice(space + 1) }).data;
}

/** What `fetch` says in its termination message. */
const answerSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('resolved'),
    version: versionSchema,
  }),
  z.object({ outcome: z.literal('failed'), reason: z.string(), message: z.string() }),
]);

/** Reasons of `fetch` by their name without `Source`. */
const fetchReasons = [
  'PlanInvalid',
  'CredentialsMissing',
  'CredentialsRefused',
  'Forbidden',
  'NotFound',
  'TooLarge',
  'UnsafeContent',
  'ArchiveInvalid',
  'MainFileMissing',
  'AddressRefused',
  'RedirectRefused',
  'CertificateRefused',
  'Unsupported',
  'Changed',
  'Truncated',
  'Unreachable',
  'TimedOut',
  'ServerFailed',
  'WorkspaceFull',
  'Interrupted',
  'InternalError',
] as const;

/** Why the container `fetch` of a pod failed; undefined while it has not. */
export function fetchFailure(job: Job, pods: readonly Pod[]): Finding<'SourceReady'> | undefined {
  const ended = fetchEnd(pods);
  if (ended === undefined || ended.exitCode === 0 || ended.reason === 'OOMKilled') return undefined;
  const { exitCode, message = '' } = ended;
  return (
    answeredFailure(message) ??
    finding('SourceReady', 'SourceFetchFailed', { job: job.metadata.name, code: exitCode, log: logExcerpt(message) })
  );
}

function answeredFailure(text: string): Finding<'SourceReady'> | undefined {
  const answer = parseAnswer(text);
  if (answer?.outcome !== 'failed') return undefined;
  const reason = fetchReason(answer.reason);
  return reason && finding('SourceReady', `Source${reason}`, { cause: redact(answer.message) });
}

function fetchEnd(pods: readonly Pod[]): TerminatedState | undefined {
  const pod = newestPod(pods);
  return pod && containerStatuses(pod).find(({ name }) => name === 'fetch')?.state?.terminated;
}

function fetchReason(reason: string): (typeof fetchReasons)[number] | undefined {
  return fetchReasons.find((one) => one === reason.replace(/^Source/, ''));
}

function parseAnswer(text: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The version that a Job was told; undefined while it has not ended well. */
export function resolvedVersion(pods: readonly Pod[]): SourceVersion | undefined {
  const ended = fetchEnd(pods);
  const answer = ended?.exitCode === 0 ? parseAnswer(ended.message ?? '') : undefined;
  return answer?.outcome === 'resolved' ? answer.version : undefined;
}

export function sourceFinding(facts: SourceFacts): Finding<'SourceReady'> {
  switch (facts.kind) {
    case 'invalid':
      return facts.finding;
    case 'image':
      return finding('SourceReady', 'ImageGiven', { image: facts.image });
    case 'resolved':
      return finding('SourceReady', 'SourceResolved', { version: describeVersion(facts.version) });
    case 'refused':
      return finding('SourceReady', 'SourceJobRefused', facts);
    case 'starting':
      return finding('SourceReady', 'SourceResolving', facts);
    case 'resolving':
      return resolvingFinding(facts);
  }
}

type ResolvingFacts = Extract<SourceFacts, { kind: 'resolving' }>;

function resolvingFinding({ job, pods, refusal }: ResolvingFacts): Finding<'SourceReady'> {
  if (refusal !== undefined) return finding('SourceReady', 'SourceJobRefused', { cause: refusal });
  const failure = fetchFailure(job, pods);
  if (failure !== undefined) return failure;
  const end = jobEnd(job);
  return end?.type === 'Failed'
    ? finding('SourceReady', 'SourceTimedOut', {
        cause: `Job ${job.metadata.name}: ${end.message ?? end.reason ?? ''}`,
      })
    : finding('SourceReady', 'SourceResolving', { job: job.metadata.name });
}

/** `commit 1a2b…`, for people and for the status. */
export function describeVersion({ kind, value }: SourceVersion): string {
  return `${kind} ${value}`;
}
