import type { Container, SecurityContext, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts';

/** uid of the product's image and of every function. */
export const nonRootUser = 65_532;

/** What the Pod Security level `restricted` asks for, and a read-only root. */
export const hardenedSecurityContext: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: nonRootUser,
  seccompProfile: { type: 'RuntimeDefault' },
};

export const temporaryVolume: Volume = { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } };
export const temporaryMount: VolumeMount = { name: 'tmp', mountPath: '/tmp' };

/** Kubernetes quantities of one container. */
export interface ContainerResources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

export function toRequirements({ requests, limits }: ContainerResources): NonNullable<Container['resources']> {
  return { requests: { ...requests }, limits: { ...limits } };
}
