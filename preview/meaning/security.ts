import { fieldOf, type Fields, fieldsOf, listOf, textOf, textsOf } from '../diff/value.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';
import { pairsOf } from './pair.ts';

const workloads: readonly string[] = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  'batch/CronJob',
  'serving.knative.dev/Service',
  'sources.knative.dev/ContainerSource',
];

function podSpec(value: Fields | undefined): Fields {
  const job = fieldsOf(value, 'spec', 'jobTemplate');
  return fieldsOf(Object.keys(job).length > 0 ? job : value, 'spec', 'template', 'spec');
}

/** What of a pod the restricted profile of Pod Security refuses, as one text each. */
function weaknesses(spec: Fields): ReadonlySet<string> {
  const containers = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')];
  return new Set([
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => fieldOf(spec, name) === true),
    ...listOf(spec, 'volumes').flatMap((volume) =>
      fieldOf(volume, 'hostPath') === undefined ? [] : [`hostPath ${textOf(volume, 'hostPath', 'path')}`],
    ),
    ...containers.flatMap((container) => containerWeaknesses(spec, container)),
  ]);
}

function containerWeaknesses(spec: Fields, container: unknown): readonly string[] {
  const own = fieldsOf(container, 'securityContext');
  const setting = (name: string): unknown => fieldOf(own, name) ?? fieldOf(spec, 'securityContext', name);
  const name = textOf(container, 'name');
  const user = setting('runAsUser');
  return [
    ...(fieldOf(own, 'privileged') === true ? [`privileged container ${name}`] : []),
    ...(fieldOf(own, 'allowPrivilegeEscalation') === false ? [] : [`privilege escalation in container ${name}`]),
    ...(user === 0 || (setting('runAsNonRoot') !== true && user === undefined) ? [`root in container ${name}`] : []),
    ...textsOf(own, 'capabilities', 'add')
      .filter((capability) => capability !== 'NET_BIND_SERVICE')
      .map((capability) => `capability ${capability} of container ${name}`),
    ...(textsOf(own, 'capabilities', 'drop').includes('ALL') ? [] : [`default capabilities of container ${name}`]),
  ];
}

const levels: readonly string[] = ['privileged', 'baseline', 'restricted'];
const enforce = 'pod-security.kubernetes.io/enforce';

/** Pods that get nearer to their node, and namespaces that admit such pods. */
export const findSecurity: Lens = (comparison) => [
  ...pairsOf(comparison, ...workloads).flatMap(({ id, base, head }): readonly Finding[] => {
    const before = weaknesses(podSpec(base));
    const after = head === undefined ? [] : [...weaknesses(podSpec(head))];
    return after
      .filter((weakness) => !before.has(weakness))
      .map((weakness) => finding('security', id, say`gets ${weakness}`, 'pod-privileged'));
  }),
  ...pairsOf(comparison, '/Namespace').flatMap(({ id, base, head }): readonly Finding[] => {
    if (base === undefined || head === undefined) return [];
    const [from, to] = [base, head].map((side) => textOf(side, 'metadata', 'labels', enforce) || 'privileged');
    if (from === undefined || to === undefined || from === to) return [];
    const isLower = levels.indexOf(to) < levels.indexOf(from);
    return [finding('security', id, say`enforces ${to}, before ${from}`, isLower ? 'pod-security-lowered' : undefined)];
  }),
];
