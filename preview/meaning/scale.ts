import { parseQuantity } from '../diff/quantity.ts';
import { type Fields, fieldOf, fieldsOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, type Lens, say } from '../finding.ts';
import { type ObjectId, ofKind } from '../object.ts';
import { type Pair, pairsOf } from './pair.ts';

interface Figure {
  readonly kind: string;
  readonly label: string;
  readonly path: readonly string[];
}

const annotations = ['spec', 'template', 'metadata', 'annotations'] as const;

/** Figures that decide how many pods there are and what they get. */
const figures: readonly Figure[] = [
  { kind: 'apps/Deployment', label: 'replicas', path: ['spec', 'replicas'] },
  { kind: 'apps/StatefulSet', label: 'replicas', path: ['spec', 'replicas'] },
  { kind: 'rabbitmq.com/RabbitmqCluster', label: 'replicas', path: ['spec', 'replicas'] },
  { kind: 'autoscaling/HorizontalPodAutoscaler', label: 'least replicas', path: ['spec', 'minReplicas'] },
  { kind: 'autoscaling/HorizontalPodAutoscaler', label: 'most replicas', path: ['spec', 'maxReplicas'] },
  ...(['min-scale', 'max-scale', 'target'] as const).map((name) => ({
    kind: 'serving.knative.dev/Service',
    label: name,
    path: [...annotations, `autoscaling.knative.dev/${name}`],
  })),
  { kind: 'policy/PodDisruptionBudget', label: 'least available', path: ['spec', 'minAvailable'] },
  { kind: 'policy/PodDisruptionBudget', label: 'most unavailable', path: ['spec', 'maxUnavailable'] },
];

function changedFigures(pair: Pair): readonly Finding[] {
  return figures
    .filter(({ kind }) => kind === `${pair.id.apiGroup}/${pair.id.kind}`)
    .flatMap(({ label, path }): readonly Finding[] => {
      const [base, head] = [textOf(pair.base, ...path) || 'none', textOf(pair.head, ...path) || 'none'];
      const isModified = pair.base !== undefined && pair.head !== undefined;
      return isModified && base !== head ? [finding('scale', pair.id, `${label} ${say`${base} → ${head}`}`)] : [];
    });
}

function hardFigures({ id, base, head }: Pair): readonly Finding[] {
  if (base === undefined || head === undefined) return [];
  const [before, after] = [fieldsOf(base, 'spec', 'hard'), fieldsOf(head, 'spec', 'hard')];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .toSorted()
    .flatMap((name): readonly Finding[] => {
      const [from, to] = [textOf(before, name) || 'no limit', textOf(after, name) || 'no limit'];
      return from === to || (parseQuantity(from) === parseQuantity(to) && parseQuantity(from) !== undefined)
        ? []
        : [finding('scale', id, `quota of ${say`${name} ${from} → ${to}`}`)];
    });
}

/** Replicas of what a budget selects: the sum of workloads whose pods have its labels. */
function selectedReplicas({ head }: Comparison, id: ObjectId, budget: Fields): number | undefined {
  const wanted = Object.entries(fieldsOf(budget, 'spec', 'selector', 'matchLabels'));
  const selected = [...ofKind(head, 'Deployment'), ...ofKind(head, 'StatefulSet')].filter(
    ({ id: { namespace }, value }) =>
      namespace === id.namespace &&
      wanted.length > 0 &&
      wanted.every(([key, text]) => fieldOf(value, 'spec', 'template', 'metadata', 'labels', key) === text),
  );
  const counts = selected.map(({ id: { name }, value }) => {
    const scaler = ofKind(head, 'HorizontalPodAutoscaler').find(
      (one) => one.id.namespace === id.namespace && textOf(one.value, 'spec', 'scaleTargetRef', 'name') === name,
    );
    return Number(textOf(scaler?.value, 'spec', 'minReplicas') || textOf(value, 'spec', 'replicas') || 1);
  });
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** Pods that a budget lets go at once; undefined where it selects nothing that is known. */
function allowedDisruptions(comparison: Comparison, id: ObjectId, budget: Fields): number | undefined {
  const replicas = selectedReplicas(comparison, id, budget);
  const [least, most] = [textOf(budget, 'spec', 'minAvailable'), textOf(budget, 'spec', 'maxUnavailable')];
  if (replicas === undefined) return undefined;
  const amount = (text: string): number =>
    text.endsWith('%') ? Math.ceil((Number(text.slice(0, -1)) / 100) * replicas) : Number(text);
  return least === '' ? amount(most === '' ? '0' : most) : replicas - amount(least);
}

/** Budgets that a change makes so strict that no node can be drained. */
function blockedDrains(comparison: Comparison): readonly Finding[] {
  const before = { ...comparison, head: comparison.base };
  return ofKind(comparison.head, 'PodDisruptionBudget').flatMap(({ id, value }): readonly Finding[] => {
    const allowed = allowedDisruptions(comparison, id, value);
    const old = ofKind(comparison.base, 'PodDisruptionBudget').find(
      (one) => one.id.name === id.name && one.id.namespace === id.namespace,
    );
    const was = old === undefined ? undefined : allowedDisruptions(before, id, old.value);
    const isNew = was === undefined || was > 0;
    return allowed !== undefined && allowed <= 0 && isNew
      ? [finding('scale', id, say`lets ${Math.max(allowed, 0)} pods go`, 'budget-blocks-drain')]
      : [];
  });
}

/** A claim that asks for less than it has. */
function shrunkClaims(comparison: Comparison): readonly Finding[] {
  return pairsOf(comparison, '/PersistentVolumeClaim').flatMap(({ id, base, head }): readonly Finding[] => {
    const path = ['spec', 'resources', 'requests', 'storage'] as const;
    const [from, to] = [textOf(base, ...path), textOf(head, ...path)];
    const [before, after] = [parseQuantity(from), parseQuantity(to)];
    if (before === undefined || after === undefined || before === after) return [];
    return [finding('scale', id, say`storage ${from} → ${to}`, after < before ? 'claim-shrunk' : undefined)];
  });
}

/** Replicas, autoscaling, budgets, quotas and claims. */
export const findScale: Lens = (comparison) => [
  ...pairsOf(comparison, ...new Set(figures.map(({ kind }) => kind))).flatMap(changedFigures),
  // where the settings are known, the need is shown beside the quota instead
  ...(comparison.settings.head === undefined ? pairsOf(comparison, '/ResourceQuota').flatMap(hardFigures) : []),
  ...blockedDrains(comparison),
  ...shrunkClaims(comparison),
];
