import type { Environment } from '../stacks/index.ts';

/** Pod Security levels, from open to strict. */
export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/**
 * Strictest level that still admits what a namespace runs: the init container of the mesh without its CNI plugin
 * needs NET_ADMIN, which only `privileged` allows; builders run as root and the pods of a Broker, which is in every
 * namespace, set no seccomp profile, both of which `restricted` refuses.
 */
export function podSecurityLevel({ mesh }: Environment): PodSecurityLevel {
  return mesh.injected && !mesh.cni ? 'privileged' : 'baseline';
}
