import { type Aliases, toAlias } from './alias.ts';
import { canonicalText, isFields } from './diff/value.ts';

/** The same thing in several scopes. */
export interface Group<Item> {
  readonly item: Item;
  readonly scopes: readonly string[];
}

function aliasEach(aliases: Aliases, value: unknown): unknown {
  if (typeof value === 'string') return toAlias(aliases, value);
  if (Array.isArray(value)) return value.map((inner) => aliasEach(aliases, inner));
  return isFields(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [toAlias(aliases, name), aliasEach(aliases, inner)]),
      )
    : value;
}

/**
 * Items that mean the same in several scopes once. One that is in a single scope keeps its names; where there are
 * more, names that differ between them are replaced by their alias.
 */
export function groupScopes<Item extends object>(
  items: readonly { readonly scope: string; readonly item: Item }[],
  aliasesOfScope: (scope: string) => Aliases,
  parse: (value: unknown) => Item,
): readonly Group<Item>[] {
  const groups = new Map<string, { readonly aliased: unknown; readonly item: Item; readonly scopes: Set<string> }>();
  for (const { scope, item } of items) {
    const aliased = aliasEach(aliasesOfScope(scope), item);
    const key = canonicalText(aliased);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { aliased, item, scopes: new Set([scope]) });
    else group.scopes.add(scope);
  }
  return [...groups.values()].map(({ aliased, item, scopes }) => ({
    item: scopes.size === 1 ? item : parse(aliased),
    scopes: [...scopes],
  }));
}
