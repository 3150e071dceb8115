import { ConfigurationError, type Environment } from '../../stacks/index.ts';
import { confirm } from '../operations/confirm.ts';
import { previewStack } from './preview.ts';
import { pulumi } from './pulumi.ts';

export interface StackVerb {
  readonly name: string;
  readonly does: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly run: (environment: Environment) => Promise<void>;
}

const given = (name: string): string => process.env[name] ?? '';

/** @throws ConfigurationError when nobody has agreed and nobody can be asked */
function consentTo(verb: string, stack: string): readonly string[] {
  const yes = given('YES');
  if (yes === stack) return ['--yes'];
  if (yes !== '') throw new ConfigurationError([`YES: got ${yes}, allowed ${stack}; nothing was changed`]);
  if (process.stdin.isTTY) return [];
  throw new ConfigurationError([
    `${verb}: got no terminal to ask on, allowed YES=${stack}; add it to go on without a question`,
  ]);
}

async function destroy(environment: Environment): Promise<void> {
  const { name } = environment;
  consentTo('destroy', name);
  await pulumi(['destroy', '--stack', name, '--preview-only']);
  await confirm({ verb: 'destroy', risk: 'destroys', environment, yes: given('YES') });
  await pulumi(['destroy', '--stack', name, '--yes', '--skip-preview']);
}

const yes = { YES: 'name of the stack: answers every question' } as const;

/** What a person does with the stack of an environment. */
export const stackVerbs: readonly StackVerb[] = [
  {
    name: 'up',
    does: 'show what changes, ask, and change it',
    variables: yes,
    run: async ({ name }) => pulumi(['up', '--stack', name, ...consentTo('up', name)]),
  },
  {
    name: 'stack-diff',
    does: 'show how cloud and cluster differ from the settings; fails when they do',
    variables: {},
    run: async ({ name }) => pulumi(['preview', '--stack', name, '--refresh', '--diff', '--expect-no-changes']),
  },
  {
    name: 'stack-preview',
    does: 'show what an update would do, in a state made for trying where no other is chosen; with no cluster, write the objects',
    variables: {
      CONTEXT: 'kubectl context, that of the environment unless given; kept in the configuration of the stack',
      OUT: 'folder for the objects, dist/preview unless given',
    },
    run: previewStack,
  },
  {
    name: 'destroy',
    does: 'show what goes, ask once, twice in production, and remove it',
    variables: yes,
    run: destroy,
  },
];
