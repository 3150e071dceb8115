import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { StepName } from './builder.ts';

/**
 * How a build pod proves to a cloud who it is: not at all, by what the pod identity webhook of EKS adds,
 * or by a token for AWS that the pod itself asks for.
 */
export type CloudIdentity =
  | { readonly kind: 'none' }
  | { readonly kind: 'eks' }
  | { readonly kind: 'web-identity'; readonly roleArn: string };

const volumeName = 'aws-token';
const tokenFolder = '/var/run/secrets/aws';

/** Audience of the token; AWS trusts no other by default. */
const audience = 'sts.amazonaws.com';

export function identityEnv(identity: CloudIdentity): readonly EnvVar[] {
  return identity.kind === 'web-identity'
    ? [
        { name: 'AWS_ROLE_ARN', value: identity.roleArn },
        { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${tokenFolder}/token` },
      ]
    : [];
}

export function identityMounts({ kind }: CloudIdentity): readonly VolumeMount[] {
  return kind === 'web-identity' ? [{ name: volumeName, mountPath: tokenFolder, readOnly: true }] : [];
}

export function identityVolumes({ kind }: CloudIdentity): readonly Volume[] {
  const serviceAccountToken = { audience, expirationSeconds: 3600, path: 'token' };
  return kind === 'web-identity' ? [{ name: volumeName, projected: { sources: [{ serviceAccountToken }] } }] : [];
}

/** Keeps the webhook from the steps that must not have the identity: github.com/aws/amazon-eks-pod-identity-webhook. */
export function identityAnnotations({ kind }: CloudIdentity, without: readonly StepName[]): Record<string, string> {
  return kind === 'eks' && without.length > 0 ? { 'eks.amazonaws.com/skip-containers': without.join(',') } : {};
}
