import { ConfigurationError } from './configuration-error.ts';
import { readEnvironments } from './index.ts';
import { parseEnvironments } from './parse.ts';

/** Values by dotted path; undefined removes a setting. */
export type Changes = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function changed(group: unknown, steps: readonly string[], value: unknown): unknown {
  const [key, ...rest] = steps;
  if (key === undefined) {
    return value;
  }
  const own = isGroup(group) ? group : {};
  const others = Object.entries(own).filter(([name]) => name !== key);
  const inner = changed(own[key], rest, value);
  return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]]);
}

/** A copy of some values with others at the given paths. */
export function altered(values: unknown, changes: Changes): unknown {
  return Object.entries(changes).reduce((copy, [path, value]) => changed(copy, path.split('.'), value), values);
}

/** The value at a dotted path; undefined where a step leads nowhere. */
export function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isGroup(inner) ? inner[key] : undefined), values);
}

/** The lines with which values are refused; none when they are accepted. For tests. */
export function faultsOf(values: readonly unknown[]): readonly string[] {
  try {
    parseEnvironments(values);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.faults;
    }
    throw error;
  }
}

/** The lines with which the table is refused after changes to some of its environments. For tests. */
export function faultsAfter(changes: Readonly<Record<string, Changes>>): readonly string[] {
  return faultsOf(readEnvironments().map((environment) => altered(environment, changes[environment.name] ?? {})));
}
