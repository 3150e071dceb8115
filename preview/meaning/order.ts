import { type Aliases, toAlias } from '../alias.ts';
import { type ObjectChange } from '../diff/objects.ts';
import { showPath } from '../diff/path.ts';
import { canonicalText, fieldOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, say } from '../finding.ts';
import { type Objects, showObject } from '../object.ts';

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

/** Objects of a scope by their name with aliases, so that they can be found from another one. */
function byAlias(objects: Objects, aliases: Aliases): ReadonlyMap<string, string> {
  return new Map(
    [...objects.values()].map(({ id, value }) => [
      toAlias(aliases, showObject(id)),
      toAlias(aliases, canonicalText(value)),
    ]),
  );
}

function changedFields(change: ObjectChange): readonly string[] {
  return change.kind === 'changed' ? change.changes.map(({ path }) => showPath(path)) : [];
}

interface Trial {
  readonly name: string;
  /** Objects of head there, by alias. */
  readonly objects: ReadonlyMap<string, string>;
  /** Fields that change there, by alias of their object. */
  readonly changes: ReadonlyMap<string, readonly string[]>;
}

/** Whether the same object is tried there and neither has the change nor gets it now. */
function isUntried(change: ObjectChange, aliases: Aliases, { objects, changes }: Trial): boolean {
  const name = toAlias(aliases, showObject(change.id));
  const there = objects.get(name);
  if (change.kind !== 'changed' || there === undefined) return false;
  if (there === toAlias(aliases, canonicalText(change.head))) return false;
  const tried = changes.get(name) ?? [];
  return changedFields(change).some((path) => !tried.includes(path));
}

function trialFrom(comparisons: readonly Comparison[], name: string, aliases: Aliases): Trial | undefined {
  const comparison = comparisons.find(({ scope }) => scope === name);
  return comparison === undefined
    ? undefined
    : {
        name,
        objects: byAlias(comparison.head, aliases),
        changes: new Map(
          comparison.changes.map((change) => [toAlias(aliases, showObject(change.id)), changedFields(change)]),
        ),
      };
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
