import { createHash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-28';
import { labels } from '../../operator/api/index.ts';
import type { Environment } from '../../stacks/index.ts';
import { names } from '../workloads.ts';

/** uid and gid of the product's image. */
const nonRootId = 65532;

export const hardenedContainer: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

export const hardenedPod: k8s.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: nonRootId,
  runAsGroup: nonRootId,
  fsGroup: nonRootId,
  seccompProfile: { type: 'RuntimeDefault' },
};

export const temporaryVolume: k8s.Volume = {
  name: 'tmp',
  emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') },
};

export const temporaryMount: k8s.VolumeMount = { name: 'tmp', mountPath: '/tmp' };

const tokenVolume = 'aws-token';
const tokenFolder = '/var/run/secrets/aws';

type CloudRole = 'operator' | 'receiver' | 'uploads';

/** On EKS a webhook adds the token that AWS trusts; elsewhere the pod asks for it itself. */
export function cloudIdentity(environment: Environment, role: CloudRole) {
  const { cloud, cluster } = environment;
  if (cloud === undefined || cluster.distribution === 'eks') {
    return { env: [], volumes: [], mounts: [] };
  }
  const token: k8s.Volume = {
    name: tokenVolume,
    projected: {
      sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 3600, path: 'token' } }],
    },
  };
  return {
    env: [
      { name: 'AWS_ROLE_ARN', value: roleArn(cloud.account, cloud.roles[role]) },
      { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${tokenFolder}/token` },
    ],
    volumes: [token],
    mounts: [{ name: tokenVolume, mountPath: tokenFolder, readOnly: true }],
  };
}

export function roleArn(account: string, role: string): string {
  return `arn:aws:iam::${account}:role/${role}`;
}

/** Annotations that steer the mesh proxy of a pod; none where the mesh injects nothing. */
export function meshAnnotations({ mesh }: Environment): Record<string, string> {
  if (!mesh.injected) {
    return {};
  }
  const { cpuRequest, cpuLimit, memoryLimit } = mesh.proxy;
  return {
    'linkerd.io/inject': 'enabled',
    ...(cpuRequest === undefined ? {} : { 'config.linkerd.io/proxy-cpu-request': cpuRequest }),
    'config.linkerd.io/proxy-cpu-limit': cpuLimit,
    'config.linkerd.io/proxy-memory-limit': memoryLimit,
  };
}

/** A change of configuration changes the template, so that the pods roll. */
export function configHash(data: Readonly<Record<string, string>>): Record<string, string> {
  const text = Object.entries(data)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
  return { 'lambda.knative.io/config-hash': createHash('sha256').update(text).digest('hex').slice(0, 16) };
}

export interface HardenedPodProps {
  readonly environment: Environment;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccountName: string;
  readonly cloudRole: CloudRole;
  readonly config: Readonly<Record<string, string>>;
  /** Name, image, ports, probes, resources and own mounts; security, temporary space and configuration are added. */
  readonly container: k8s.Container;
  /** Beside temporary space and the identity in the cloud; default none. */
  readonly volumes?: readonly k8s.Volume[];
}

/** Pod template of the product's own workloads: it talks to the API server, and nothing else is granted. */
export function hardenedPodTemplate(props: HardenedPodProps): k8s.PodTemplateSpec {
  const { environment, container } = props;
  const identity = cloudIdentity(environment, props.cloudRole);
  return {
    metadata: {
      labels: { ...props.labels, environment: environment.name },
      annotations: { ...meshAnnotations(environment), ...configHash(props.config) },
    },
    spec: {
      serviceAccountName: props.serviceAccountName,
      automountServiceAccountToken: true,
      securityContext: hardenedPod,
      imagePullSecrets: pullSecrets(environment),
      terminationGracePeriodSeconds: 30,
      affinity: spreadOverNodes({ [labels.appName]: props.labels[labels.appName] ?? '' }),
      containers: [
        {
          ...container,
          imagePullPolicy: environment.imagePullPolicy,
          securityContext: hardenedContainer,
          envFrom: [{ configMapRef: { name: names.config } }],
          env: [
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
            ...identity.env,
            ...(container.env ?? []),
          ],
          volumeMounts: [temporaryMount, ...identity.mounts, ...(container.volumeMounts ?? [])],
        },
      ],
      volumes: [temporaryVolume, ...identity.volumes, ...(props.volumes ?? [])],
    },
  };
}

/** Preferred, not required: two replicas must still fit on one node. */
function spreadOverNodes(matchLabels: Readonly<Record<string, string>>): k8s.Affinity {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels } } },
      ],
    },
  };
}

/** EKS nodes pull from ECR by themselves; other clusters need the generated Secret. */
export function needsPullSecret({ imageRegistry, cluster }: Environment): boolean {
  return imageRegistry.kind === 'ecr' && cluster.distribution !== 'eks';
}

function pullSecrets(environment: Environment): k8s.LocalObjectReference[] | undefined {
  return needsPullSecret(environment) ? [{ name: names.pullSecret }] : undefined;
}
