import type { JobSpec } from 'kubernetes-types/batch/v1.d.ts';
import type { Container, EmptyDirVolumeSource, Volume } from 'kubernetes-types/core/v1.d.ts';
import { annotations, labels } from '../api/index.ts';
import type { OwnerReference } from '../kube/object.ts';
import { withAppliedHash } from './applied-object.ts';
import { buildPodTemplate, type BuildPodSettings } from './build-pod.ts';
import {
  type Builder,
  type BuildRequest,
  type BuildStep,
  registryCredentialsFolder,
  terminationMessagePath,
} from './builder.ts';
import { type CloudIdentity, identityAnnotations, identityEnv, identityMounts } from './cloud-identity.ts';
import { fetchContainer, fetchVolumes, type FetchProps } from './fetch-container.ts';
import { type ContainerResources, temporaryMount, toRequirements } from './hardened-container.ts';
import type { AppliedJob } from './job.ts';
import { objectLabels } from './ownership.ts';

export interface BuildJobProps {
  readonly name: string;
  readonly namespace: string;
  /** Function that asked first. */
  readonly functionName: string;
  /** Functions that wait for the image. */
  readonly owners: readonly OwnerReference[];
  readonly contentKey: string;
  readonly builder: Builder;
  readonly builderImage: string;
  readonly request: BuildRequest;
  /** `host/repository:tag`, as nodes pull it. */
  readonly pullReference: string;
  /** Secret of type kubernetes.io/dockerconfigjson that the image is pushed with. */
  readonly pushSecret: string | undefined;
  readonly awsRegion: string | undefined;
  readonly fetch: FetchProps;
  readonly resources: ContainerResources;
  /** Most that context and image together may take on the node. */
  readonly scratchSize: string;
  readonly settings: BuildPodSettings;
  /** Whether the cache asks for the identity of the pod, which code in the build could then use. */
  readonly cacheNeedsIdentity: boolean;
  readonly deadlineSeconds: number;
  readonly retentionSeconds: number;
  readonly correlationId: string | undefined;
}

/**
 * Fetch, build and push, one container after the other. A pod that its node took away is repeated once; whatever else
 * ends a container ends the Job.
 */
export function buildJob(props: BuildJobProps): AppliedJob {
  const { contentKey, functionName, name, namespace, owners } = props;
  const jobLabels = { ...objectLabels(functionName, 'build'), [labels.contentKey]: contentKey };
  return withAppliedHash({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      ownerReferences: owners,
      labels: { ...jobLabels, [labels.build]: 'true' },
      annotations: jobAnnotations(props),
    },
    spec: {
      ...jobPolicy,
      activeDeadlineSeconds: props.deadlineSeconds,
      ttlSecondsAfterFinished: props.retentionSeconds,
      template: buildPodTemplate({
        settings: props.settings,
        labels: jobLabels,
        annotations: identityAnnotations(props.settings.identity, props.cacheNeedsIdentity ? [] : ['build']),
        pod: podOf(props),
      }),
    },
  } satisfies AppliedJob);
}

/** How Jobs of this product end; shared by those that only resolve a source. */
export const jobPolicy = {
  backoffLimit: 1,
  podFailurePolicy: {
    rules: [
      { action: 'Count', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
    ],
  },
} satisfies Partial<JobSpec>;

function jobAnnotations({ contentKey, correlationId, fetch, pullReference, request }: BuildJobProps) {
  return {
    [annotations.imageUri]: request.destination,
    [annotations.contentHash]: contentKey,
    [annotations.pullRegistry]: pullReference.split('/')[0] ?? '',
    ...(fetch.traceParent === undefined ? {} : { [annotations.traceParent]: fetch.traceParent }),
    ...(correlationId === undefined ? {} : { [annotations.correlationId]: correlationId }),
  };
}

function podOf(props: BuildJobProps) {
  const { builder, cacheNeedsIdentity, fetch, pushSecret, request, scratchSize, settings } = props;
  const { identity } = settings;
  const build = builderContainer(
    props,
    'build',
    builder.build(request),
    cacheNeedsIdentity ? identity : withoutIdentity,
  );
  const push = builderContainer(props, 'push', builder.push(request), identity);
  const credentials = { name: 'registry-credentials', mountPath: registryCredentialsFolder, readOnly: true };
  return {
    ...(builder.profile.hostUsers ? {} : { hostUsers: false as const }),
    initContainers: [fetchContainer(fetch, 'fetch'), build],
    containers: [
      pushSecret === undefined ? push : { ...push, volumeMounts: [...(push.volumeMounts ?? []), credentials] },
    ],
    volumes: [
      scratch('workspace', scratchSize),
      scratch('image', scratchSize),
      ...fetchVolumes(fetch),
      ...(pushSecret === undefined ? [] : [credentialsVolume(pushSecret)]),
    ],
  };
}

const withoutIdentity: CloudIdentity = { kind: 'none' };

/** Building unpacks an image as root; pushing reads what root wrote and needs no capability. */
function builderContainer(
  { awsRegion, builder, builderImage, resources }: BuildJobProps,
  name: 'build' | 'push',
  step: BuildStep,
  identity: CloudIdentity,
): Container {
  const { addedCapabilities, runAsUser, seccompProfile } = builder.profile;
  return {
    name,
    image: builderImage,
    command: [...step.command],
    args: [...step.args],
    env: [
      ...step.env,
      ...identityEnv(identity),
      ...(awsRegion === undefined ? [] : [{ name: 'AWS_REGION', value: awsRegion }]),
    ],
    resources: toRequirements(resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsUser,
      capabilities: { drop: ['ALL'], ...(name === 'build' ? { add: [...addedCapabilities] } : {}) },
      seccompProfile: { type: seccompProfile },
    },
    terminationMessagePath,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [temporaryMount, ...step.mounts, ...identityMounts(identity)],
  };
}

function scratch(name: string, sizeLimit: string): Volume {
  return { name, emptyDir: { sizeLimit } satisfies EmptyDirVolumeSource };
}

function credentialsVolume(secretName: string): Volume {
  const items = [{ key: '.dockerconfigjson', path: 'config.json' }];
  return { name: 'registry-credentials', secret: { secretName, items, defaultMode: 0o440 } };
}

/** Name of the Job that builds some content: the same for all who ask, another for each attempt. */
export function buildJobName(contentKey: string, attempt: number): string {
  return `build-${contentKey}-${attempt}`;
}
