import { buildVerbs } from './build-verbs.ts';
import { canaryVerbs } from './canary-verbs.ts';
import { deployVerbs } from './deploy-verbs.ts';
import { fluxVerbs } from './flux-verbs.ts';
import { loadVerbs } from './load-verbs.ts';
import { observeVerbs } from './observe-verbs.ts';
import { queueVerbs } from './queue-verbs.ts';
import type { Verb } from './verb.ts';

/** Every verb for people on call. */
export const verbs: readonly Verb[] = [
  ...deployVerbs,
  ...fluxVerbs,
  ...canaryVerbs,
  ...loadVerbs,
  ...observeVerbs,
  ...queueVerbs,
  ...buildVerbs,
];

export interface Call {
  readonly verb: Verb;
  /** Environment at the end of the verb; empty where it is given otherwise. */
  readonly environment: string;
}

/** What a word of `make` means; undefined when it is none of these verbs. */
export function parseCall(word: string): Call | undefined {
  const exact = verbs.find(({ name, environment }) => name === word && environment !== 'suffix');
  if (exact !== undefined) return { verb: exact, environment: '' };
  const verb = verbs.find(({ name, environment }) => environment === 'suffix' && word.startsWith(`${name}-`));
  return verb === undefined ? undefined : { verb, environment: word.slice(verb.name.length + 1) };
}

/** The verb as help and reference show it. */
export const shownName = ({ name, environment }: Verb): string => (environment === 'suffix' ? `${name}-<env>` : name);
