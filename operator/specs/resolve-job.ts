import type { OwnerReference } from '../kube/object.ts';
import { withAppliedHash } from './applied-object.ts';
import { jobPolicy } from './build-job.ts';
import { buildPodTemplate, type BuildPodSettings } from './build-pod.ts';
import { fetchContainer, fetchVolumes, type FetchProps } from './fetch-container.ts';
import type { AppliedJob } from './job.ts';
import { objectLabels } from './ownership.ts';

export interface ResolveJobProps {
  readonly name: string;
  readonly namespace: string;
  readonly functionName: string;
  readonly owner: OwnerReference;
  readonly fetch: FetchProps;
  readonly settings: BuildPodSettings;
  readonly deadlineSeconds: number;
  readonly retentionSeconds: number;
}

/** Asks which version a source has now: the answer is the termination message of its only container. */
export function buildResolveJob(props: ResolveJobProps): AppliedJob {
  const { fetch, functionName, name, namespace, owner } = props;
  const jobLabels = objectLabels(functionName, 'build');
  return withAppliedHash({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, ownerReferences: [owner], labels: jobLabels },
    spec: {
      ...jobPolicy,
      activeDeadlineSeconds: props.deadlineSeconds,
      ttlSecondsAfterFinished: props.retentionSeconds,
      template: buildPodTemplate({
        settings: props.settings,
        labels: jobLabels,
        annotations: {},
        pod: { containers: [fetchContainer(fetch, 'resolve')], volumes: [...fetchVolumes(fetch)] },
      }),
    },
  } satisfies AppliedJob);
}
