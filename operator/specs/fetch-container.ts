import type { Container, EnvVar, Volume } from 'kubernetes-types/core/v1.d.ts';
import { terminationMessagePath, workspaceFolder } from './builder.ts';
import { type CloudIdentity, identityEnv, identityMounts } from './cloud-identity.ts';
import {
  type ContainerResources,
  hardenedSecurityContext,
  temporaryMount,
  toRequirements,
} from './hardened-container.ts';

/** Folder of the author's credentials for the source. */
export const sourceCredentialsFolder = '/var/run/secrets/source';
/** Folder of code that the function itself holds. */
export const inlineFolder = '/var/run/source';

/** Fetching unpacks archives as a stream: it needs little, whatever the size of the source. */
const fetchResources: ContainerResources = {
  requests: { cpu: '100m', memory: '128Mi' },
  limits: { cpu: '500m', memory: '256Mi' },
};

export interface FetchProps {
  /** The product's own image. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** What to fetch, as `operator/fetch` reads it; without a secret. */
  readonly plan: object;
  /** Secret that the source is read with. */
  readonly sourceSecret: string | undefined;
  /** ConfigMap with the code of an inline source. */
  readonly inlineConfigMap: string | undefined;
  readonly identity: CloudIdentity;
  /** W3C trace context of what asked for this. */
  readonly traceParent: string | undefined;
}

/** Prepares the context of a build, or only answers which version a source has now. */
export function fetchContainer(props: FetchProps, task: 'fetch' | 'resolve'): Container {
  return {
    name: 'fetch',
    image: props.image,
    imagePullPolicy: props.imagePullPolicy,
    args: ['--mode=fetch', ...(task === 'resolve' ? ['--resolve'] : [])],
    env: [
      { name: 'FETCH_PLAN', value: JSON.stringify(props.plan) },
      ...identityEnv(props.identity),
      ...traceEnv(props.traceParent),
    ],
    resources: toRequirements(fetchResources),
    securityContext: hardenedSecurityContext,
    terminationMessagePath,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      temporaryMount,
      ...(task === 'fetch' ? [{ name: 'workspace', mountPath: workspaceFolder }] : []),
      ...(props.sourceSecret === undefined
        ? []
        : [{ name: 'source-credentials', mountPath: sourceCredentialsFolder, readOnly: true }]),
      ...(props.inlineConfigMap === undefined ? [] : [{ name: 'inline', mountPath: inlineFolder, readOnly: true }]),
      ...identityMounts(props.identity),
    ],
  };
}

function traceEnv(traceParent: string | undefined): readonly EnvVar[] {
  return traceParent === undefined ? [] : [{ name: 'TRACEPARENT', value: traceParent }];
}

/** Volumes that the container mounts, but the workspace and those of the identity. */
export function fetchVolumes({ sourceSecret, inlineConfigMap }: FetchProps): readonly Volume[] {
  return [
    ...(sourceSecret === undefined
      ? []
      : [{ name: 'source-credentials', secret: { secretName: sourceSecret, defaultMode: 0o440 } }]),
    ...(inlineConfigMap === undefined ? [] : [{ name: 'inline', configMap: { name: inlineConfigMap } }]),
  ];
}
