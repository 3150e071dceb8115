import { dlq, dlqHelp } from './dlq.ts';
import { invoke, invokeHelp } from './invoke.ts';
import { route, routeHelp } from './route.ts';
import { run, runHelp } from './run.ts';
import { UsageError } from './usage-error.ts';

const help = `usage: knative-lambda COMMAND [--help]

  run FILE|MANIFEST   serve a function on this machine, without a cluster
  invoke NAME|URL     send an event to a function and print the answer
  dlq VERB            list, show, replay and purge dead letters
  route TABLE         say where an event would go by a table of intents, and why
`;

const commands = {
  run: { help: runHelp, start: run },
  invoke: { help: invokeHelp, start: invoke },
  dlq: { help: dlqHelp, start: dlq },
  route: { help: routeHelp, start: route },
} as const;

const isCommand = (name: string): name is keyof typeof commands => Object.hasOwn(commands, name);

/** Exit code of what was typed. */
async function main([name = '', ...options]: readonly string[]): Promise<number> {
  const wantsHelp = [name, ...options].some((option) => option === '--help' || option === '-h');
  if (!isCommand(name)) {
    if (!wantsHelp) throw new UsageError(`command: got ${name || 'none'}, allowed ${Object.keys(commands).join(', ')}`);
    process.stdout.write(help);
    return 0;
  }
  if (!wantsHelp) return commands[name].start(options);
  process.stdout.write(commands[name].help);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
