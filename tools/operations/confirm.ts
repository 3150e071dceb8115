import { createInterface } from 'node:readline/promises';
import { ConfigurationError, type Environment } from '../../stacks/index.ts';
import type { Risk } from './verb.ts';

const counts = {
  reads: { production: 0, elsewhere: 0 },
  changes: { production: 1, elsewhere: 0 },
  destroys: { production: 2, elsewhere: 1 },
} as const satisfies Record<Risk, unknown>;

const productionRoles: readonly string[] = ['production', 'light-production'] satisfies readonly Environment['role'][];

export const isProduction = ({ role }: Environment): boolean => productionRoles.includes(role);

/** What is asked before a verb runs: each question with the answer that goes on. The second wants more than a reflex. */
export function questionsOf(
  verb: string,
  risk: Risk,
  environment: Environment,
): readonly { readonly question: string; readonly answer: string }[] {
  const { name, role, cluster } = environment;
  const questions = [
    { question: `${verb} in ${name} (${role}, cluster ${cluster.name}): type yes to go on`, answer: 'yes' },
    { question: `this is ${role}: type ${name} to go on`, answer: name },
  ];
  return questions.slice(0, counts[risk][isProduction(environment) ? 'production' : 'elsewhere']);
}

export interface Consent {
  readonly verb: string;
  readonly risk: Risk;
  readonly environment: Environment;
  /** Names of environments in YES=; they answer every question. */
  readonly yes: string | undefined;
}

/** @throws ConfigurationError when the person, or the lack of one, does not agree */
export async function confirm({ verb, risk, environment, yes = '' }: Consent): Promise<void> {
  const questions = questionsOf(verb, risk, environment);
  if (questions.length === 0 || yes.split(/[\s,]+/).includes(environment.name)) return;
  if (yes !== '') {
    throw new ConfigurationError([`YES: got ${yes}, allowed ${environment.name}; nothing was changed`]);
  }
  if (!process.stdin.isTTY) {
    throw new ConfigurationError([
      `${verb}: got no terminal to ask on, allowed YES=${environment.name}; add it to go on without a question`,
    ]);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('nothing')));
    for (const { question, answer } of questions) {
      const given = await Promise.race([prompt.question(`${question}: `), closed]);
      if (given !== answer) {
        throw new ConfigurationError([
          `${verb}: got ${given === '' ? 'nothing' : given}, allowed ${answer}; nothing was changed`,
        ]);
      }
    }
  } finally {
    prompt.close();
  }
}
