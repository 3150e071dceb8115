import type { Output } from './output.ts';
import type { Container, PodTemplate } from './pod-template.ts';

const requirements: readonly (readonly [string, (container: Container) => boolean])[] = [
  ['securityContext.runAsNonRoot: true', ({ securityContext }) => securityContext?.runAsNonRoot === true],
  [
    'securityContext.readOnlyRootFilesystem: true',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem === true,
  ],
  [
    'securityContext.allowPrivilegeEscalation: false',
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation === false,
  ],
  ['no securityContext.privileged', ({ securityContext }) => securityContext?.privileged !== true],
  ['all capabilities dropped', ({ securityContext }) => securityContext?.capabilities?.drop.includes('ALL') === true],
  ['no capability added', ({ securityContext }) => (securityContext?.capabilities?.add ?? []).length === 0],
  [
    'seccompProfile.type: RuntimeDefault',
    ({ securityContext }) => securityContext?.seccompProfile?.type === 'RuntimeDefault',
  ],
  ['a CPU request', ({ resources }) => resources.requests['cpu'] !== undefined],
  ['a memory request', ({ resources }) => resources.requests['memory'] !== undefined],
  ['a CPU limit', ({ resources }) => resources.limits['cpu'] !== undefined],
  ['a memory limit', ({ resources }) => resources.limits['memory'] !== undefined],
];

/** A pod template that could do more to its node than it needs to. */
export function hardeningFaults({ templates }: Output): readonly string[] {
  return templates.flatMap((template) => [...podFaults(template), ...containerFaults(template)]);
}

function containerFaults({ source, spec }: PodTemplate): readonly string[] {
  return [...spec.initContainers, ...spec.containers].flatMap((container) =>
    requirements
      .filter(([, holds]) => !holds(container))
      .map(
        ([requirement]) => `${source}: container ${container.name} lacks ${requirement}; set it in the pod template`,
      ),
  );
}

function podFaults({ source, spec }: PodTemplate): readonly string[] {
  return [
    ...(spec.hostNetwork === true ? [`${source}: got hostNetwork, allowed the pod network; remove it`] : []),
    ...(spec.hostPID === true ? [`${source}: got hostPID, allowed the pod's own processes; remove it`] : []),
    ...(spec.volumes.some((volume) => volume.hostPath !== undefined)
      ? [`${source}: got a hostPath volume, allowed volumes of the cluster; remove it`]
      : []),
    ...(spec.serviceAccountName === 'default'
      ? [`${source}: got the default ServiceAccount, allowed one of its own; name it`]
      : []),
  ];
}
