import { ConfigurationError, findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { runCommand } from '../command.ts';
import { stackVerbs } from './verbs.ts';

const [word = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const verb = stackVerbs.find(({ name }) => name === word);

function usage(): string {
  if (verb === undefined) return `usage: make ${stackVerbs.map(({ name }) => name).join('|')} STACK=name\n`;
  const variables = Object.entries({ STACK: 'name of an environment', ...verb.variables });
  return [
    `usage: make ${verb.name} STACK=name\n`,
    `${verb.does[0]?.toUpperCase()}${verb.does.slice(1)}. Each pulumi command is printed before it runs.\n`,
    variables.map(([name, text]) => `  ${name.padEnd(10)}${text}\n`).join(''),
  ].join('\n');
}

await runCommand(usage(), async () => {
  if (verb === undefined) {
    const known = stackVerbs.map(({ name }) => name).join(', ');
    throw new ConfigurationError([`verb: got ${word === '' ? 'nothing' : word}, allowed ${known}`]);
  }
  await verb.run(findEnvironment(readEnvironments(), process.env['STACK'] ?? ''));
});
