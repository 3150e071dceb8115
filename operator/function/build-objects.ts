import { annotations, durationSeconds, labels, type LambdaFunction } from '../api/index.ts';
import type { OwnerReference } from '../kube/object.ts';
import { buildJob, buildJobName } from '../specs/build-job.ts';
import { builders } from '../specs/builders.ts';
import type { FetchProps } from '../specs/fetch-container.ts';
import type { AppliedJob, Job } from '../specs/job.ts';
import { controllerReference } from '../specs/ownership.ts';
import { buildResolveJob } from '../specs/resolve-job.ts';
import { type AppliedConfigMap, buildSourceConfigMap } from '../specs/source-config-map.ts';
import { type ContentKey, contentKeyText } from './content-key.ts';
import { destinationOf, hostOf, tagKey } from './destination.ts';
import { fetchPlan, sourceSecret } from './fetch-plan.ts';
import { resolveJobName } from './resolution.ts';
import type { FunctionSettings } from './settings.ts';
import { inlineFiles, type SourceVersion } from './source-version.ts';

/** Default of `spec.build.timeout` where there is no block. */
const defaultBuildTimeout = '30m';

export interface BuildAsk {
  readonly version: SourceVersion;
  readonly key: ContentKey;
  /** 1 for the first build of this content. */
  readonly attempt: number;
  /** Functions that wait for it. */
  readonly owners: readonly OwnerReference[];
}

/** The Job of a build; undefined for an image. */
export function buildJobObject(fn: LambdaFunction, ask: BuildAsk, settings: FunctionSettings): AppliedJob | undefined {
  const { metadata, spec } = fn;
  const { builds } = settings;
  const contentKey = contentKeyText(ask.key);
  const name = buildJobName(contentKey, ask.attempt);
  const fetch = fetchProps(fn, ask.version, settings, name);
  if (fetch === undefined) return undefined;
  const destination = destinationOf(fn, tagKey(contentKey, ask.attempt), settings.registry);
  return buildJob({
    name,
    namespace: metadata.namespace,
    functionName: metadata.name,
    owners: ask.owners,
    contentKey,
    builder: builders[builds.builder],
    builderImage: builds.builderImage,
    request: {
      destination: destination.pushReference,
      insecureHosts: insecureHosts(destination, settings),
      cacheRepository: builds.cache?.repository,
      hasCredentials: destination.pushSecret !== undefined,
    },
    pullReference: `${destination.pullRepository}:${destination.tag}`,
    pushSecret: destination.pushSecret,
    awsRegion: destination.awsRegion,
    fetch,
    resources: builds.resources,
    scratchSize: builds.scratchSize,
    settings: builds.pod,
    cacheNeedsIdentity: builds.cache?.needsIdentity === true,
    deadlineSeconds: Math.max(1, Math.round(durationSeconds(spec.build?.timeout ?? defaultBuildTimeout))),
    retentionSeconds: builds.retentionSeconds,
    correlationId: metadata.annotations[annotations.correlationId],
  });
}

/** Code that the function itself holds, for its Job, which owns it; undefined for code that lies elsewhere. */
export function sourceObject({ spec }: LambdaFunction, job: Pick<Job, 'metadata'>): AppliedConfigMap | undefined {
  const { labels: jobLabels, name, namespace = '', uid } = job.metadata;
  if (spec.source.type !== 'inline') return undefined;
  return buildSourceConfigMap({
    name,
    namespace,
    functionName: jobLabels?.[labels.owner] ?? '',
    owners: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true }],
    files: inlineFiles(spec),
  });
}

function insecureHosts(
  destination: { readonly isInsecure: boolean; readonly pushReference: string },
  { builds, registry }: FunctionSettings,
): readonly string[] {
  const hosts = [
    ...(destination.isInsecure ? [hostOf(destination.pushReference)] : []),
    ...(registry.insecure ? [hostOf(registry.push)] : []),
    ...(registry.insecure && builds.cache !== undefined ? [hostOf(builds.cache.repository)] : []),
  ];
  return [...new Set(hosts)];
}

/** The Job that asks a source for its version; undefined for a source that is not asked. */
export function resolveObject(fn: LambdaFunction, settings: FunctionSettings): AppliedJob | undefined {
  const { metadata, spec } = fn;
  const { builds } = settings;
  const fetch = spec.source.type === 'inline' ? undefined : fetchProps(fn, undefined, settings, '');
  return (
    fetch &&
    buildResolveJob({
      name: resolveJobName(fn),
      namespace: metadata.namespace,
      functionName: metadata.name,
      owner: controllerReference(fn),
      fetch,
      settings: builds.pod,
      deadlineSeconds: builds.resolveSeconds,
      retentionSeconds: builds.retentionSeconds,
    })
  );
}

function fetchProps(
  fn: LambdaFunction,
  version: SourceVersion | undefined,
  { builds }: FunctionSettings,
  name: string,
): FetchProps | undefined {
  const { metadata, spec } = fn;
  const { identity } = builds.pod;
  const hasIdentity = identity.kind !== 'none';
  const plan = fetchPlan(fn, version, { hasIdentity, trustedHosts: builds.trustedHosts });
  return (
    plan && {
      image: builds.fetchImage,
      imagePullPolicy: builds.fetchPullPolicy,
      plan,
      sourceSecret: sourceSecret(spec.source),
      inlineConfigMap: spec.source.type === 'inline' ? name : undefined,
      identity,
      traceParent: metadata.annotations[annotations.traceParent],
    }
  );
}
