import { ConfigurationError } from '../../stacks/index.ts';
import { runCommand } from '../command.ts';
import { imageVerbs, shownImageVerb } from './verbs.ts';

const [word = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const verb = imageVerbs.find(({ name, environment }) =>
  environment === 'suffix' ? word.startsWith(`${name}-`) : word === name,
);

function usage(): string {
  if (verb === undefined) return `usage: make ${imageVerbs.map(shownImageVerb).join('|')}\n`;
  const variables = Object.entries(verb.variables).map(([name, text]) => `  ${name.padEnd(11)}${text}\n`);
  return [
    `usage: make ${shownImageVerb(verb)}${variables.length === 0 ? '' : ' [NAME=value]'}\n`,
    `${verb.does[0]?.toUpperCase()}${verb.does.slice(1)}. Each command of the builder is printed before it runs.\n`,
    variables.join(''),
  ].join('\n');
}

await runCommand(usage(), async () => {
  if (verb === undefined) {
    throw new ConfigurationError([
      `verb: got ${word === '' ? 'nothing' : word}, allowed ${imageVerbs.map(shownImageVerb).join(', ')}`,
    ]);
  }
  await verb.run(verb.environment === 'suffix' ? word.slice(verb.name.length + 1) : '');
});
