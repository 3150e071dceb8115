import { type Environment, environmentSchema } from '../stacks/index.ts';
import { fieldOf, textOf } from './diff/value.ts';
import type { Sides } from './source/sides.ts';

const isProductionRole = (role: string): boolean => role === 'production' || role === 'light-production';

/** The settings of an environment, where both sides of a change still mean the same by them. */
function parseSettings(all: readonly unknown[], name: string): Environment | undefined {
  const parsed = environmentSchema.safeParse(all.find((settings) => textOf(settings, 'name') === name));
  return parsed.success ? parsed.data : undefined;
}

export function settingsOfScope({ base, head }: Sides, scope: string) {
  return { base: parseSettings(base.settings, scope), head: parseSettings(head.settings, scope) };
}

/** Whether a scope is production: by its role on either side, by any environment of its cluster, always where it is shared. */
export function isProductionScope({ base, head }: Sides, scope: string): boolean {
  if (scope === 'shared') return true;
  const cluster = scope.startsWith('clusters/') ? scope.slice('clusters/'.length) : undefined;
  return [...base.settings, ...head.settings].some(
    (settings) =>
      isProductionRole(textOf(settings, 'role')) &&
      (cluster === undefined
        ? textOf(settings, 'name') === scope
        : textOf(fieldOf(settings, 'cluster'), 'name') === cluster),
  );
}
