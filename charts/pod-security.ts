import type { Environment } from '../stacks/index.ts';

/** Pod Security levels, from open to strict. */
export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/**
 * Strictest level that still admits what a namespace runs: the init container of the mesh without its CNI plugin
 * needs NET_ADMIN, which only `privileged` allows; builders run as root, which `restricted` refuses.
 */
export function podSecurityLevel({ mesh, namespaces }: Environment, namespace: string): PodSecurityLevel {
  if (mesh.injected && !mesh.cni) {
    return 'privileged';
  }
  return namespaces.functions.includes(namespace) ? 'baseline' : 'restricted';
}
