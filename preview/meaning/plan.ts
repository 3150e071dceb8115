import { type Finding, finding, say } from '../finding.ts';
import type { ObjectId } from '../object.ts';
import type { Plan, Step } from '../source/plan.ts';
import { codeOfReplacement } from './cloud.ts';
import { codeOfRemoval } from './removal.ts';

/** `kubernetes:apps/v1:Deployment` is of the group apps, `kubernetes:core/v1:Secret` of none. */
const kubernetesType = /^kubernetes:(?:core|([^/:]+))\/[^:]+:(.+)$/;

function idOf({ type, name }: Step): ObjectId {
  const match = kubernetesType.exec(type);
  if (match === null) return { engine: 'cloud', apiGroup: 'aws', kind: type, namespace: '', name };
  const [, apiGroup = '', kind = ''] = match;
  return { engine: 'cluster', apiGroup, kind, namespace: '', name };
}

function describe(step: Step): Finding {
  const id = idOf(step);
  const why = step.properties.length === 0 ? '' : say` for ${step.properties.join(', ')}`;
  switch (step.operation) {
    case 'replace':
      return finding('engine', id, `would be replaced${why}`, codeOfReplacement(id));
    case 'delete':
      return finding('engine', id, 'would be deleted', codeOfRemoval(id));
    case 'update':
      return finding('engine', id, `would be updated${why}`);
    default:
      return finding('engine', id, say`would get the operation ${step.operation}`);
  }
}

function describeCreates({ stack, steps }: Plan): readonly Finding[] {
  const counts = new Map<string, number>();
  for (const { operation, type } of steps) {
    if (operation === 'create') counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const types = [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const shown = types.map(([type, count]) => say`${`${count} ${type}`}`).join(', ');
  return types.length === 0 ? [] : [finding('engine', `stack ${stack}`, `would create ${shown}`)];
}

/** What the engine would do to a stack: each change and removal, and how many of each type it would create. */
export function findPlanned(plan: Plan): readonly Finding[] {
  return [...describeCreates(plan), ...plan.steps.filter(({ operation }) => operation !== 'create').map(describe)];
}
