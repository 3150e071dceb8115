import { type Aliases, toAlias } from '../alias.ts';
import { compareValues } from '../diff/difference.ts';
import { type ObjectChange } from '../diff/objects.ts';
import { showPath } from '../diff/path.ts';
import { fieldOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, say } from '../finding.ts';
import { type ObjectId, showObject } from '../object.ts';

interface Placed {
  readonly scope: string;
  readonly item: Finding;
}

const roleOf = (settings: unknown): string => textOf(settings, 'role');
const clusterOf = (settings: unknown): string => textOf(settings, 'cluster', 'name');

/**
 * The environment where a change is tried before production: the pre-production beside it, or the development of the
 * same size that has a cluster of its own.
 */
export function trialOf(settings: unknown, all: readonly unknown[]): string | undefined {
  switch (roleOf(settings)) {
    case 'production': {
      const beside = all.find((one) => roleOf(one) === 'pre-production' && clusterOf(one) === clusterOf(settings));
      const apart = all.find((one) => roleOf(one) === 'development' && fieldOf(one, 'cluster', 'owner') === true);
      return textOf(beside ?? apart, 'name') || undefined;
    }
    case 'light-production':
      return textOf(
        all.find((one) => roleOf(one) === 'light-development'),
        'name',
      );
    default:
      return undefined;
  }
}

/** Follow from other changes, so that they say nothing of their own. */
const derived: readonly string[] = ['/ResourceQuota', 'kustomize.config.k8s.io/Kustomization'];

const aliased = (aliases: Aliases, value: unknown): unknown => JSON.parse(toAlias(aliases, JSON.stringify(value)));

/** An environment where a change is tried, with its objects by their alias. */
interface Trial {
  readonly name: string;
  readonly objects: ReadonlyMap<string, unknown>;
  /** Aliases of objects that change there too. */
  readonly changed: ReadonlySet<string>;
}

function trialFrom(comparisons: readonly Comparison[], name: string, aliases: Aliases): Trial | undefined {
  const comparison = comparisons.find(({ scope }) => scope === name);
  if (comparison === undefined) return undefined;
  const alias = ({ id }: { readonly id: ObjectId }): string => toAlias(aliases, showObject(id));
  return {
    name,
    objects: new Map([...comparison.head.values()].map((object) => [alias(object), aliased(aliases, object.value)])),
    changed: new Set(comparison.changes.map(alias)),
  };
}

/** Whether the trial has the object, leaves it alone, and differs in what changes. */
function isUntried(change: ObjectChange, aliases: Aliases, { objects, changed }: Trial): boolean {
  const name = toAlias(aliases, showObject(change.id));
  const there = objects.get(name);
  const isDerived = derived.includes(`${change.id.apiGroup}/${change.id.kind}`);
  if (change.kind !== 'changed' || there === undefined || changed.has(name) || isDerived) return false;
  const apiVersion = textOf(change.head, 'apiVersion');
  const different = compareValues(apiVersion, there, aliased(aliases, change.head)).map(({ path }) => showPath(path));
  return change.changes.some(({ path }) => different.includes(toAlias(aliases, showPath(path))));
}

/**
 * Changes of production in objects that the environment before it has too, where they are not tried. `comparisons` must
 * hold the environment before, changed or not.
 */
export function findProductionFirst(
  comparisons: readonly Comparison[],
  settings: readonly unknown[],
  aliasesOfScope: (scope: string) => Aliases,
): readonly Placed[] {
  return comparisons.flatMap(({ scope, changes }): readonly Placed[] => {
    const before = trialOf(
      settings.find((one) => textOf(one, 'name') === scope),
      settings,
    );
    const trial = before === undefined ? undefined : trialFrom(comparisons, before, aliasesOfScope(before));
    if (trial === undefined) return [];
    return changes
      .filter((change) => isUntried(change, aliasesOfScope(scope), trial))
      .map((change) => ({
        scope,
        item: finding('order', change.id, say`changes before ${trial.name} has it`, 'production-first'),
      }));
  });
}
