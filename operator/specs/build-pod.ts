import type { Container, PodTemplateSpec, Toleration, Volume } from 'kubernetes-types/core/v1.d.ts';
import { labels } from '../api/index.ts';
import { type CloudIdentity, identityVolumes } from './cloud-identity.ts';
import { nonRootUser, temporaryVolume } from './hardened-container.ts';

/** Where the pods of builds run, and as whom. */
export interface BuildPodSettings {
  readonly serviceAccountName: string;
  readonly identity: CloudIdentity;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly priorityClassName: string | undefined;
}

interface PodParts {
  readonly initContainers?: Container[];
  readonly containers: Container[];
  readonly volumes: readonly Volume[];
  /** Absent: root of the pod is root of the node. */
  readonly hostUsers?: false;
}

export interface BuildPodProps {
  readonly settings: BuildPodSettings;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly pod: PodParts;
}

/** A pod that runs to its end: without a token of the API server and outside the mesh, whose proxy would outlive it. */
export function buildPodTemplate({ settings, pod, ...metadata }: BuildPodProps): PodTemplateSpec {
  const { identity, nodeSelector, priorityClassName, serviceAccountName, tolerations } = settings;
  return {
    metadata: {
      labels: { ...metadata.labels, [labels.build]: 'true' },
      annotations: { 'linkerd.io/inject': 'disabled', ...metadata.annotations },
    },
    spec: {
      ...pod,
      restartPolicy: 'Never',
      serviceAccountName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      nodeSelector: { ...nodeSelector },
      tolerations: [...tolerations],
      ...(priorityClassName === undefined ? {} : { priorityClassName }),
      securityContext: { fsGroup: nonRootUser, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [temporaryVolume, ...pod.volumes, ...identityVolumes(identity)],
    },
  };
}
