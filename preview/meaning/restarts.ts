import type { Change } from '../diff/difference.ts';
import type { ObjectChange } from '../diff/objects.ts';
import { fieldNames, showPath } from '../diff/path.ts';
import { type Fields, fieldOf, fieldsOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, type Lens, plural, say, sayEach } from '../finding.ts';

/** Kinds whose pods roll when their template changes, by apiGroup/kind. */
const rolling: readonly string[] = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'serving.knative.dev/Service',
  'sources.knative.dev/ContainerSource',
];

const configHash = 'lambda.knative.io/config-hash';

function isTemplate(id: ObjectChange['id'], { path }: Change): boolean {
  const isKnative = id.apiGroup === 'serving.knative.dev';
  // a name of a revision or a scale of the template makes a revision too
  return isKnative ? fieldNames(path).startsWith('spec.template') : /^spec\.template\b/.test(fieldNames(path));
}

function reasons(changes: readonly Change[]): string {
  const paths = changes.map(({ path }) =>
    path.some((step) => step.kind === 'field' && step.name === configHash) ? 'its configuration' : showPath(path),
  );
  const short = [...new Set(paths.map((path) => path.replace('spec.template.', '')))];
  const named = sayEach(short.slice(0, 3));
  return short.length > 3 ? `${named} and ${plural(short.length - 3, 'other field')}` : named;
}

/** Replicas of a workload; undefined where an autoscaler decides. */
function replicasOf({ head }: Comparison, id: ObjectChange['id'], value: Fields): number {
  const scaler = [...head.values()].find(
    (one) =>
      one.id.kind === 'HorizontalPodAutoscaler' &&
      one.id.namespace === id.namespace &&
      textOf(one.value, 'spec', 'scaleTargetRef', 'name') === id.name,
  );
  const written = fieldOf(scaler?.value, 'spec', 'minReplicas') ?? fieldOf(value, 'spec', 'replicas');
  return typeof written === 'number' ? written : 1;
}

/** Whole pods of a number or a share of the replicas. */
function podsOf(amount: unknown, replicas: number, round: (value: number) => number): number {
  if (typeof amount === 'number') return amount;
  const share = typeof amount === 'string' ? Number(amount.replace('%', '')) : 25;
  return round((share / 100) * replicas);
}

/** Whether no pod serves for a while when the workload rolls. */
function isAwayWhileRolling(id: ObjectChange['id'], value: Fields, replicas: number): boolean {
  if (replicas === 0) return false;
  switch (id.kind) {
    case 'StatefulSet':
      return replicas === 1 && textOf(value, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
    case 'Deployment': {
      const strategy = fieldsOf(value, 'spec', 'strategy');
      if (textOf(strategy, 'type') === 'Recreate') return true;
      const unavailable = podsOf(fieldOf(strategy, 'rollingUpdate', 'maxUnavailable'), replicas, Math.floor);
      return unavailable >= replicas;
    }
    default:
      return false;
  }
}

/** Workloads whose pods are made again, and why; with a danger where nothing serves meanwhile. */
export const findRestarts: Lens = (comparison) =>
  comparison.changes.flatMap((change): readonly Finding[] => {
    if (change.kind !== 'changed' || !rolling.includes(`${change.id.apiGroup}/${change.id.kind}`)) return [];
    const template = change.changes.filter((one) => isTemplate(change.id, one));
    if (template.length === 0) return [];
    const replicas = replicasOf(comparison, change.id, change.head);
    const isAway = isAwayWhileRolling(change.id, change.head, replicas);
    const away = isAway ? say`; ${replicas} of ${replicas} pods are away meanwhile` : '';
    return [
      finding(
        'restarts',
        change.id,
        `rolls for ${reasons(template)}${away}`,
        isAway ? 'downtime-while-rolling' : undefined,
      ),
    ];
  });
