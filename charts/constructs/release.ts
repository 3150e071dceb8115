import type { PartContext } from '../part.ts';

/** Version and commit that the environment runs, readable with kubectl. */
export function releaseAnnotations(
  { environment, releases }: PartContext,
  key = environment.name,
): Record<string, string> {
  const release = releases.operator[key];
  return {
    'lambda.knative.io/version': release?.tag ?? '',
    ...(release?.commit == null ? {} : { 'lambda.knative.io/commit': release.commit }),
  };
}
