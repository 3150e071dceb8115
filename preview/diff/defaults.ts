import { fieldNames, type Path } from './path.ts';

const podSpec = '(template\\.)?spec';
const probe = '(livenessProbe|readinessProbe|startupProbe)';
const container = `${podSpec}\\.(containers|initContainers)`;

/** What the API server puts where a field of a built-in kind is left out: end of the path, value. */
const defaults: readonly (readonly [path: RegExp, value: string | number | boolean])[] = [
  [/\bports\.protocol$/, 'TCP'],
  [/^spec\.type$/, 'ClusterIP'],
  [/^spec\.sessionAffinity$/, 'None'],
  [/^spec\.revisionHistoryLimit$/, 10],
  [/^spec\.progressDeadlineSeconds$/, 600],
  [/^spec\.strategy\.type$/, 'RollingUpdate'],
  [/^spec\.strategy\.rollingUpdate\.(maxSurge|maxUnavailable)$/, '25%'],
  [new RegExp(`${podSpec}\\.restartPolicy$`), 'Always'],
  [new RegExp(`${podSpec}\\.dnsPolicy$`), 'ClusterFirst'],
  [new RegExp(`${podSpec}\\.schedulerName$`), 'default-scheduler'],
  [new RegExp(`${podSpec}\\.terminationGracePeriodSeconds$`), 30],
  [new RegExp(`${podSpec}\\.enableServiceLinks$`), true],
  [new RegExp(`${container}\\.terminationMessagePath$`), '/dev/termination-log'],
  [new RegExp(`${container}\\.terminationMessagePolicy$`), 'File'],
  [new RegExp(`${probe}\\.failureThreshold$`), 3],
  [new RegExp(`${probe}\\.successThreshold$`), 1],
  [new RegExp(`${probe}\\.periodSeconds$`), 10],
  [new RegExp(`${probe}\\.timeoutSeconds$`), 1],
  [new RegExp(`${probe}\\.httpGet\\.scheme$`), 'HTTP'],
  [/\bvolumes\.(configMap|secret|projected)\.defaultMode$/, 420],
];

const builtInGroups: ReadonlySet<string> = new Set([
  'v1',
  'apps/v1',
  'batch/v1',
  'autoscaling/v2',
  'policy/v1',
  'networking.k8s.io/v1',
  'rbac.authorization.k8s.io/v1',
]);

/** Whether the API server would have put the value there itself. */
export function isDefault(apiVersion: string, path: Path, value: unknown): boolean {
  if (!builtInGroups.has(apiVersion)) return false;
  const names = fieldNames(path);
  return defaults.some(([pattern, common]) => value === common && pattern.test(names));
}
