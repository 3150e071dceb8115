import { type Job, jobEnd } from '../specs/job.ts';
import { byFunction } from './caches.ts';
import type { FunctionPass } from './pass.ts';
import { podTrouble } from './pod-trouble.ts';

/** Words of container runtimes and registries: https://distribution.github.io/distribution/spec/api/#errors-2 */
const gone = /not found|manifest unknown|name unknown/i;

/**
 * Whether the registry no longer has an image that was built: a pod that is younger than the last build of it could not
 * pull it. @param reference with its digest @param job last one of this content, where it is still there
 */
export function isImageGone(
  { caches, function: fn, key }: Pick<FunctionPass, 'caches' | 'function' | 'key'>,
  reference: string,
  job: Job | undefined,
): boolean {
  const ended = job === undefined ? undefined : (job.status?.completionTime ?? jobEnd(job)?.lastTransitionTime);
  const builtAt = Date.parse(ended ?? fn.status?.buildStatus?.completedAt ?? '');
  return caches.pods.cache.byIndex(byFunction, key).some((pod) => {
    const trouble = podTrouble(pod);
    return (
      trouble?.kind === 'imagePull' &&
      gone.test(trouble.cause) &&
      trouble.cause.includes(reference.replace(/^.*@/, '')) &&
      !(Date.parse(pod.metadata.creationTimestamp) <= builtAt)
    );
  });
}
