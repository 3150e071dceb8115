import { annotations, durationSeconds, type LambdaFunction } from '../api/index.ts';
import { canonicalJson, hashOf } from '../specs/applied-object.ts';

/** When a source that changes by itself is asked for its version. */
export type Resolution =
  | { readonly kind: 'now' }
  /** Milliseconds until it is asked again. */
  | { readonly kind: 'later'; readonly ms: number }
  /** Only when the source or the request changes. */
  | { readonly kind: 'never' };

/** What was asked: the same key means that the answer in the status still counts. */
export function requestKey({ metadata, spec }: LambdaFunction): string {
  const { pollInterval: _, ...source } = spec.source;
  return hashOf(canonicalJson([source, metadata.annotations[annotations.rebuildRequested] ?? '']), 16);
}

/** Whether a source must be asked now, @param now in milliseconds of Unix time. */
export function resolutionDue(fn: LambdaFunction, now: number): Resolution {
  const { requestKey: asked, resolvedAt, revision } = fn.status?.sourceStatus ?? {};
  if (revision === undefined || resolvedAt === undefined || asked !== requestKey(fn)) return { kind: 'now' };
  const answeredAt = Date.parse(resolvedAt);
  const dueAt = Math.min(nextPoll(fn, answeredAt, now), settledAt(fn, answeredAt));
  if (dueAt === Infinity) return { kind: 'never' };
  return dueAt <= now ? { kind: 'now' } : { kind: 'later', ms: dueAt - now };
}

/** An answer of tomorrow is of a clock that was put back: it is not waited for. */
function nextPoll({ spec }: LambdaFunction, answeredAt: number, now: number): number {
  const pollMs = durationSeconds(spec.source.pollInterval ?? '0s') * 1000;
  if (pollMs === 0) return Infinity;
  return answeredAt > now + pollMs ? now : answeredAt + pollMs;
}

/** Code of many files comes as many changes: the source is asked when it has been quiet for so long. */
const quietMs = 5000;

function settledAt({ metadata }: LambdaFunction, answeredAt: number): number {
  const settled = Date.parse(metadata.annotations[annotations.sourceChanged] ?? '') + quietMs;
  return settled > answeredAt ? settled : Infinity;
}

/** Name of the Job that asks: another one for each question, the same for a question that is asked again. */
export function resolveJobName(fn: LambdaFunction): string {
  const question = hashOf(`${requestKey(fn)} ${fn.status?.sourceStatus?.resolvedAt ?? ''}`, 10);
  return `resolve-${fn.metadata.name.slice(0, 40).replace(/-+$/, '')}-${question}`;
}
