import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../stacks/index.ts';
import { parseCall } from '../tools/operations/verbs.ts';

const makefile = readFileSync(join(projectRoot, 'Makefile'), 'utf8');
const rules = [...makefile.matchAll(/^([a-z-]+)(%?):.*## /gm)];

/** Whether make has a rule for the word: its own, one for any ending, or that of a verb for people on call. */
export const isMakeVerb = (word: string): boolean =>
  parseCall(word) !== undefined ||
  rules.some(([, verb = '', ending]) => (ending === '%' ? word.startsWith(verb) : word === verb));
