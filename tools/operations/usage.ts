import { type Verb } from './verb.ts';
import { shownName } from './verbs.ts';

const risks = {
  reads: 'Changes nothing.',
  changes: 'Asks once in production.',
  destroys: 'Asks once, and twice in production.',
} as const satisfies Record<Verb['risk'], string>;

/** When a verb asks, as a sentence. */
export const riskText = ({ risk }: Verb): string => risks[risk];

/** Variables of a verb, each with what it says. */
export function variablesOf({ environment, variables = {}, risk }: Verb): Readonly<Record<string, string>> {
  return {
    ...(environment === 'variable' ? { ENV: 'environment; left out, the only one of the current context' } : {}),
    ...variables,
    ...(environment === 'all' ? {} : { CONTEXT: 'kubectl context, that of the environment unless given' }),
    ...(risk === 'reads' ? {} : { YES: 'environments whose questions it answers' }),
  };
}

/** Help of a verb, or of the program when there is none. */
export function usageOf(verb: Verb | undefined): string {
  if (verb === undefined) return 'usage: make VERB [NAME=value]\n\nmake help lists the verbs.\n';
  const variables = Object.entries(variablesOf(verb)).map(([name, text]) => `  ${name.padEnd(10)}${text}\n`);
  return [
    `usage: make ${shownName(verb)}${variables.length === 0 ? '' : ' [NAME=value]'}\n`,
    `${verb.does[0]?.toUpperCase()}${verb.does.slice(1)}. ${riskText(verb)} Each kubectl command is printed before it runs.\n`,
    variables.join(''),
  ].join('\n');
}
