import type { Aliases } from '../alias.ts';
import type { Comparison, Finding } from '../finding.ts';

export function findProductionFirst(
  _comparisons: readonly Comparison[],
  _settings: readonly unknown[],
  _aliases: (scope: string) => Aliases,
): readonly { readonly scope: string; readonly item: Finding }[] {
  return [];
}
